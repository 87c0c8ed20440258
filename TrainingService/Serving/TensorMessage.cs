using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrainingService.Serving;

/// <summary>One input and one output of float32 in the Open Inference Protocol's binary form: JSON, and the tensor's bytes behind it.</summary>
internal static class TensorMessage
{
    /// <summary>How many bytes at the start of a body are JSON.</summary>
    private const string JsonLengthHeader = "Inference-Header-Content-Length";

    /// <param name="shape">With the batch axis, where there is one.</param>
    public static HttpContent Write(string input, IEnumerable<int> shape, ReadOnlySpan<float> cells, string output)
    {
        var tensor = MemoryMarshal.AsBytes(cells); // every platform of .NET is little endian
        var json = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["inputs"] = new JsonArray(new JsonObject
            {
                ["name"] = input,
                ["datatype"] = "FP32",
                ["shape"] = new JsonArray([.. shape.Select(side => (JsonNode)side)]),
                ["parameters"] = new JsonObject { ["binary_data_size"] = tensor.Length },
            }),
            ["outputs"] = new JsonArray(new JsonObject { ["name"] = output, ["parameters"] = new JsonObject { ["binary_data"] = true } }),
        });
        var body = new byte[json.Length + tensor.Length];
        json.CopyTo(body, 0);
        tensor.CopyTo(body.AsSpan(json.Length));
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(JsonLengthHeader, json.Length.ToString(CultureInfo.InvariantCulture));
        return content;
    }

    /// <returns>[count, width] float32, of as many items as were asked.</returns>
    /// <exception cref="HttpRequestException">What came is no such answer.</exception>
    public static async Task<float[]> ReadAsync(HttpResponseMessage response, int count, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (!response.Headers.TryGetValues(JsonLengthHeader, out var text) || !int.TryParse(text.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var jsonLength) || jsonLength > body.Length)
            throw Unreadable($"has no {JsonLengthHeader} that fits");
        var tensor = MemoryMarshal.Cast<byte, float>(body.AsSpan(jsonLength));
        if (tensor.IsEmpty || tensor.Length % count != 0)
            throw Unreadable($"has {tensor.Length} numbers for {count} items");
        return tensor.ToArray();
    }

    private static HttpRequestException Unreadable(string what) => new(HttpRequestError.InvalidResponse, $"The answer of InferenceService {what}.");
}
