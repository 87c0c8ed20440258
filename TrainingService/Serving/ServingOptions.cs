using System.ComponentModel.DataAnnotations;

namespace TrainingService.Serving;

/// <summary>The section <c>Serving</c>: how the suite's own inference is asked.</summary>
internal sealed class ServingOptions
{
    /// <summary>How long one part of a batch is tried again while every replica is full or away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether a candidate has to load and answer in InferenceService before it goes live. False where there is none.</summary>
    public bool TryCandidates { get; init; } = true;

    /// <summary>How long one attempt may take. A version that is not in memory is loaded meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Bytes of the tensors in one request at most; one item always goes. InferenceService's own limit is <c>OpenInference:MaxRequestBytes</c>.</summary>
    [Range(1024, 1 << 30)]
    public int MaxPartBytes { get; init; } = 16 << 20;
}
