using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using InferenceService.Predictions;

namespace InferenceService.OpenInference.Responses;

/// <summary>The answer to an inference request. Writes itself from the run's buffers, which it gives back afterwards.</summary>
/// <param name="Id">The caller's own, or the prediction's.</param>
/// <param name="PredictionId">Under which it is on record; null for a model that is not recorded.</param>
internal sealed record InferResponse(
    string Model, string Version, string? Id, Guid? PredictionId, IReadOnlyList<OutputTensor> Outputs, PredictionRun Run) : IResult
{
    private const int FlushAt = 64 * 1024;
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

    public async Task ExecuteAsync(HttpContext context)
    {
        using (Run)
        {
            if (Outputs.Any(output => output.IsBinary))
                await WriteBinaryAsync(context.Response, context.RequestAborted);
            else
                await WriteJsonAsync(context.Response, context.RequestAborted);
        }
    }

    private async Task WriteJsonAsync(HttpResponse response, CancellationToken cancellation)
    {
        response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(response.BodyWriter, Unchecked);
        await WriteAsync(json, response.BodyWriter, cancellation);
    }

    private async Task WriteBinaryAsync(HttpResponse response, CancellationToken cancellation)
    {
        var header = new ArrayBufferWriter<byte>(1024);
        await using (var json = new Utf8JsonWriter(header, Unchecked))
            await WriteAsync(json, flushed: null, cancellation);
        var binary = Outputs.Where(output => output.IsBinary).ToArray();

        response.ContentType = "application/octet-stream";
        response.ContentLength = header.WrittenCount + binary.Sum(output => output.BinaryLength);
        response.Headers[OpenInferenceApi.JsonLengthHeader] = header.WrittenCount.ToString(CultureInfo.InvariantCulture);
        response.BodyWriter.Write(header.WrittenSpan);
        foreach (var output in binary)
        {
            for (var row = 0; row < output.Rows; row++)
            {
                output.WriteBinary(response.BodyWriter, row);
                if (response.BodyWriter.UnflushedBytes > FlushAt)
                    await response.BodyWriter.FlushAsync(cancellation);
            }
        }
    }

    /// <param name="flushed">Sends what is ready now and then, so that a large answer is not held in memory as text; null keeps it all.</param>
    private async Task WriteAsync(Utf8JsonWriter json, PipeWriter? flushed, CancellationToken cancellation)
    {
        json.WriteStartObject();
        json.WriteString("model_name", Model);
        json.WriteString("model_version", Version);
        if (Id is not null)
            json.WriteString("id", Id);
        if (PredictionId is { } prediction)
        {
            json.WriteStartObject("parameters");
            json.WriteString("prediction_id", prediction);
            json.WriteEndObject();
        }
        json.WriteStartArray("outputs");
        foreach (var output in Outputs)
        {
            WriteHead(json, output);
            for (var row = 0; row < output.Rows && !output.IsBinary; row++)
            {
                output.WriteJson(json, row);
                if (flushed is not null && json.BytesPending + flushed.UnflushedBytes > FlushAt)
                {
                    json.Flush();
                    await flushed.FlushAsync(cancellation);
                }
            }
            if (!output.IsBinary)
                json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>Up to the data, whose array it opens when they are in the JSON.</summary>
    private static void WriteHead(Utf8JsonWriter json, OutputTensor output)
    {
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("datatype", output.Datatype);
        json.WriteStartArray("shape");
        foreach (var side in output.Shape)
            json.WriteNumberValue(side);
        json.WriteEndArray();
        if (output.IsBinary)
        {
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", output.BinaryLength);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data");
        }
    }
}
