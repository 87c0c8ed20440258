namespace TrainingService.Evaluations;

/// <summary>What a version must reach on the reference set before it serves. Shares 0..1, the means over classes; null: not asked.</summary>
/// <param name="MustBeatLive">Right at least as often as the live version on the same rows, and not significantly worse (McNemar, α 0.05).</param>
internal sealed record Gates(double? MinPrecision = null, double? MinRecall = null, double? MinAccuracy = null, double? MinF1 = null, bool MustBeatLive = true)
{
    /// <summary>Of a data set without a policy.</summary>
    public static Gates Default { get; } = new();
}
