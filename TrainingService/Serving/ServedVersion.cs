using System.Text.Json.Serialization;

namespace TrainingService.Serving;

/// <summary>What a version takes and gives, in the words of the protocol's model configuration.</summary>
/// <param name="MaxBatchSize">Items that may share a run; 0 for a model whose first axis does not count items.</param>
internal sealed record ServedVersion(
    [property: JsonPropertyName("max_batch_size")] int MaxBatchSize, IReadOnlyList<ServedTensor> Input, IReadOnlyList<ServedTensor> Output)
{
    public bool HasBatchAxis => MaxBatchSize > 0;

    public ServedTensor? FindOutput(string name) => Output.FirstOrDefault(output => output.Name == name);
}

/// <param name="DataType">As in <c>TYPE_FP32</c>.</param>
/// <param name="Dims">Of one item; -1 for any size.</param>
internal sealed record ServedTensor(string Name, [property: JsonPropertyName("data_type")] string DataType, IReadOnlyList<int> Dims)
{
    public bool IsFloat => DataType == "TYPE_FP32";
}
