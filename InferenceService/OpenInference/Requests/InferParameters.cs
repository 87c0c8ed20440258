using System.Text.Json;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>The parameters that mean something here, of a request, an input or an output. Others are for other servers, and passed over.</summary>
internal struct InferParameters
{
    public bool? BinaryDataOutput;
    public bool? BinaryData;
    public long? BinaryDataSize;
    public int? Classification;

    private static readonly string[] Once = ["binary_data_output", "binary_data", "binary_data_size", "classification"];

    /// <param name="reader">Before the value.</param>
    /// <param name="owner">Whose parameters they are, as errors name it: <c>inputs[0].</c></param>
    public static InferParameters Read(ref Utf8JsonReader reader, string owner)
    {
        var parameters = new InferParameters();
        var seen = 0;
        reader.Enter(JsonTokenType.StartObject, $"{owner}parameters");
        while (reader.NextProperty() is { } name)
        {
            JsonSteps.RefuseAgain(name, Once, ref seen, $"{owner}parameters.");
            var field = $"{owner}parameters.{name}";
            switch (name)
            {
                case "binary_data_output":
                    parameters.BinaryDataOutput = reader.Boolean(field);
                    break;
                case "binary_data":
                    parameters.BinaryData = reader.Boolean(field);
                    break;
                case "binary_data_size":
                    parameters.BinaryDataSize = reader.Whole(field, long.MaxValue);
                    break;
                case "classification":
                    parameters.Classification = (int)reader.Whole(field, int.MaxValue);
                    if (parameters.Classification == 0)
                        throw ProblemException.Invalid(field, $"'{field}' is how many classes to answer, at least 1.");
                    break;
                default:
                    reader.Read();
                    reader.Skip();
                    break;
            }
        }
        return parameters;
    }
}
