using System.ComponentModel.DataAnnotations;

namespace InferenceService.OpenInference;

/// <summary>The section <c>OpenInference</c>.</summary>
public sealed class OpenInferenceOptions
{
    /// <summary>Bytes of a request's body, after it was unpacked.</summary>
    [Range(1024, 1 << 30)]
    public int MaxRequestBytes { get; init; } = 64 << 20;

    /// <summary>Items in one request: the size of its first axis. The model's own <c>batching.maxQueueLength</c> limits it too.</summary>
    [Range(1, 100_000)]
    public int MaxBatch { get; init; } = 1000;
}
