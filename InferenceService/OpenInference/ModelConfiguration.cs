using System.Text.Json.Serialization;
using InferenceService.Execution;
using InferenceService.Models;

namespace InferenceService.OpenInference;

/// <summary>How a version is served, in the words of the model configuration extension, as far as they apply here.</summary>
/// <param name="MaxBatchSize">Items that may share a run; 0 for a model without a batch axis.</param>
internal sealed record ModelConfiguration(
    string Name,
    string Platform,
    string Backend,
    [property: JsonPropertyName("max_batch_size")] int MaxBatchSize,
    IReadOnlyList<ModelConfiguration.Tensor> Input,
    IReadOnlyList<ModelConfiguration.Tensor> Output,
    [property: JsonPropertyName("dynamic_batching")] ModelConfiguration.Batching? DynamicBatching,
    [property: JsonPropertyName("instance_group")] IReadOnlyList<ModelConfiguration.Instances> InstanceGroup)
{
    public static ModelConfiguration Of(ServedModel served)
    {
        var batching = served.Manifest.Batching;
        return new ModelConfiguration(
            served.Manifest.Name, ModelMetadata.OnnxPlatform, "onnxruntime",
            served.HasBatchAxis ? served.MaxBatchSize : 0,
            [.. served.Inputs.Select(Tensor.Of)],
            [.. served.Outputs.Select(Tensor.Of)],
            served.HasBatchAxis ? new Batching((long)batching.MaxQueueDelay.TotalMicroseconds, new QueuePolicy(batching.MaxQueueLength)) : null,
            [new Instances(served.Provider.StartsWith("CUDA", StringComparison.Ordinal) ? "KIND_GPU" : "KIND_CPU")]);
    }

    /// <param name="Dims">Of one item: without the batch axis.</param>
    internal sealed record Tensor(string Name, [property: JsonPropertyName("data_type")] string DataType, int[] Dims)
    {
        public static Tensor Of(TensorSpec spec) => new(spec.Name, $"TYPE_{Datatypes.NameOf(spec.ElementType)}", spec.ItemShape);
    }

    internal sealed record Batching(
        [property: JsonPropertyName("max_queue_delay_microseconds")] long MaxQueueDelayMicroseconds,
        [property: JsonPropertyName("default_queue_policy")] QueuePolicy DefaultQueuePolicy);

    internal sealed record QueuePolicy([property: JsonPropertyName("max_queue_size")] int MaxQueueSize);

    internal sealed record Instances(string Kind);
}
