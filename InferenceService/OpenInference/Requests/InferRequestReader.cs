using System.Text.Json;
using InferenceService.Execution;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>The body of an inference request: JSON, and after it the inputs that are sent as bytes, in the order of the JSON.</summary>
internal sealed class InferRequestReader(TensorContract model, RequestMemory memory, int maxBatch)
{
    private static readonly string[] Once = ["id", "parameters", "inputs", "outputs"];
    private static readonly string[] OnceInOutput = ["name", "parameters"];

    /// <param name="jsonLength">Bytes of JSON at the start (<c>Inference-Header-Content-Length</c>); null: all is JSON; 0: all is the only input's data.</param>
    /// <exception cref="ProblemException">400 that names the field, 413 or 501.</exception>
    public InferRequest Read(ReadOnlyMemory<byte> body, int? jsonLength)
    {
        if (jsonLength == 0)
            return RawRequest.Of(model, body);
        var json = body[..(jsonLength ?? body.Length)];
        var binary = jsonLength is null ? null : new BinaryInputs(body[json.Length..]);
        var inputs = new InputReader(model, memory, maxBatch, json.Length, binary);
        try
        {
            var request = Read(json.Span, inputs);
            binary?.ExpectEnd();
            return request;
        }
        catch (JsonException e)
        {
            throw ProblemException.Invalid("body", $"The JSON can't be read (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).");
        }
    }

    private InferRequest Read(ReadOnlySpan<byte> json, InputReader inputs)
    {
        string? id = null;
        var parameters = new InferParameters();
        var tensors = new InputTensor?[model.Inputs.Count];
        List<(int Index, InferParameters Parameters)> asked = [];

        var reader = new Utf8JsonReader(json);
        var seen = 0;
        reader.Enter(JsonTokenType.StartObject, "body");
        while (reader.NextProperty() is { } property)
        {
            JsonSteps.RefuseAgain(property, Once, ref seen, "");
            switch (property)
            {
                case "id":
                    id = reader.Text("id");
                    break;
                case "parameters":
                    parameters = InferParameters.Read(ref reader, "");
                    break;
                case "inputs":
                    reader.Enter(JsonTokenType.StartArray, "inputs");
                    for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                        inputs.Read(ref reader, i, tensors);
                    break;
                case "outputs":
                    reader.Enter(JsonTokenType.StartArray, "outputs");
                    for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                        asked.Add(ReadOutput(ref reader, $"outputs[{i}]", asked));
                    break;
                default: // such as model_name: the path has said it
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }
        reader.Read(); // throws when anything follows the object
        if (Array.IndexOf(tensors, null) is var missing and >= 0)
            throw ProblemException.Invalid("inputs", $"The input '{model.Inputs[missing].Name}' is missing.");
        return new InferRequest(id, tensors!, Outputs(asked, parameters.BinaryDataOutput ?? false), BatchOf(tensors!));
    }

    private (int, InferParameters) ReadOutput(ref Utf8JsonReader reader, string field, List<(int Index, InferParameters)> before)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw ProblemException.Invalid(field, $"'{field}' must be an object with 'name'.");
        string? name = null;
        var parameters = new InferParameters();
        var seen = 0;
        while (reader.NextProperty() is { } property)
        {
            JsonSteps.RefuseAgain(property, OnceInOutput, ref seen, $"{field}.");
            if (property == "name")
                name = reader.Text($"{field}.name");
            else if (property == "parameters")
                parameters = InferParameters.Read(ref reader, $"{field}.");
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        if (name is null)
            throw ProblemException.Invalid($"{field}.name", $"'{field}' has no 'name'.");
        var index = model.IndexOfOutput(name);
        if (index < 0)
            throw ProblemException.Invalid(field, $"'{model.Model}' has no output '{name}'; it gives {string.Join(", ", model.Outputs.Select(output => output.Name))}.");
        if (before.Exists(other => other.Index == index))
            throw ProblemException.Invalid(field, $"The output '{name}' is asked for twice.");
        return (index, parameters);
    }

    private RequestedOutput[] Outputs(List<(int Index, InferParameters Parameters)> asked, bool binary)
    {
        RequestedOutput[] outputs = asked.Count == 0
            ? [.. model.Outputs.Select((_, i) => new RequestedOutput(i, binary))]
            : [.. asked.Select(output => new RequestedOutput(output.Index, output.Parameters.BinaryData ?? binary, output.Parameters.Classification))];
        foreach (var output in outputs)
            CheckForm(model.Outputs[output.Index], output);
        return outputs;
    }

    private static void CheckForm(TensorSpec spec, RequestedOutput output)
    {
        if (output.Classes is not null && spec.ElementType == TensorElementType.Bool)
            throw ProblemException.Invalid(spec.Name, $"The output '{spec.Name}' is BOOL, which has no highest values to classify by.");
        if (!output.Binary && output.Classes is null && Datatypes.IsBinaryOnly(spec.ElementType))
            throw ProblemException.Invalid(spec.Name, $"The output '{spec.Name}' is {Datatypes.NameOf(spec.ElementType)}, which JSON does not carry: ask for it with binary_data.");
    }

    private int BatchOf(InputTensor[] tensors)
    {
        if (!model.HasBatchAxis)
            return 1;
        var batch = tensors[0].Shape[0];
        if (Array.Find(tensors, tensor => tensor.Shape[0] != batch) is { } other)
            throw ProblemException.Invalid(other.Spec.Name, $"The inputs '{tensors[0].Spec.Name}' and '{other.Spec.Name}' have {batch} and {other.Shape[0]} items; the first axis must be the same.");
        return batch;
    }
}
