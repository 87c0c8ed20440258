using System.Text.Json.Serialization;

namespace InferenceService.OpenInference.Statistics;

/// <summary>The answer of <c>/stats</c>.</summary>
internal sealed record StatisticsAnswer([property: JsonPropertyName("model_stats")] IReadOnlyList<ModelStat> ModelStats);

/// <param name="LastInference">Milliseconds since 1970; 0 when there was none.</param>
/// <param name="InferenceCount">Items that were answered, whichever route they came by.</param>
/// <param name="ExecutionCount">Runs of the model; one may have carried items of several requests.</param>
internal sealed record ModelStat(
    string Name,
    string Version,
    [property: JsonPropertyName("last_inference")] long LastInference,
    [property: JsonPropertyName("inference_count")] long InferenceCount,
    [property: JsonPropertyName("execution_count")] long ExecutionCount,
    [property: JsonPropertyName("inference_stats")] InferenceStats InferenceStats,
    [property: JsonPropertyName("batch_stats")] IReadOnlyList<BatchStat> BatchStats);

/// <summary>Requests (<c>success</c>, <c>fail</c>, <c>queue</c>, which counts a request's slowest item) and runs (<c>compute_*</c>).</summary>
/// <param name="CacheHit">Always zero: answers are not cached.</param>
internal sealed record InferenceStats(
    DurationStat Success,
    DurationStat Fail,
    DurationStat Queue,
    [property: JsonPropertyName("compute_input")] DurationStat ComputeInput,
    [property: JsonPropertyName("compute_infer")] DurationStat ComputeInfer,
    [property: JsonPropertyName("compute_output")] DurationStat ComputeOutput,
    [property: JsonPropertyName("cache_hit")] DurationStat CacheHit);

internal sealed record BatchStat(
    [property: JsonPropertyName("batch_size")] int BatchSize,
    [property: JsonPropertyName("compute_input")] DurationStat ComputeInput,
    [property: JsonPropertyName("compute_infer")] DurationStat ComputeInfer,
    [property: JsonPropertyName("compute_output")] DurationStat ComputeOutput);

/// <param name="Ns">Nanoseconds together.</param>
internal readonly record struct DurationStat(long Count, long Ns);
