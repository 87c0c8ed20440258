namespace InferenceService.Execution;

/// <summary>One thing that was measured: all slots busy with batches of one size.</summary>
/// <param name="ItemsPerSecond">Of all slots together.</param>
/// <param name="BatchMilliseconds">How long one run takes while the other slots are busy too.</param>
public sealed record Measurement(int Slots, int IntraOpThreads, int BatchSize, double ItemsPerSecond, double BatchMilliseconds);

/// <summary>From measurements to settings.</summary>
internal static class TuningChoice
{
    // What two measurements of the same thing differ by on a machine that does other work as well.
    private const double Tolerance = 0.05;

    // Measured alone, a model may be as quick with one item at a time. Beside decoding, which empties the caches in between, a
    // small batch brings its weights in once for all of its items: 11 % less CPU per photo (docs/performance.md).
    private const int SharedCacheBatch = 4;

    /// <summary>
    /// The smallest batch that gives (within the tolerance) the most items per second; of equal ones the quickest, then the fewest
    /// slots. Up to four items where that costs (almost) nothing.
    /// </summary>
    public static Measurement Best(IReadOnlyList<Measurement> measurements)
    {
        var enough = (1 - Tolerance) * measurements.Max(measured => measured.ItemsPerSecond);
        var best = measurements.Where(measured => measured.ItemsPerSecond >= enough)
            .OrderBy(measured => measured.BatchSize).ThenBy(measured => measured.BatchMilliseconds).ThenBy(measured => measured.Slots).First();
        return measurements.Where(measured => (measured.Slots, measured.IntraOpThreads) == (best.Slots, best.IntraOpThreads)
                && measured.BatchSize > best.BatchSize && measured.BatchSize <= SharedCacheBatch && measured.ItemsPerSecond >= enough * (1 - Tolerance))
            .MaxBy(measured => measured.BatchSize) ?? best;
    }

    /// <summary>The last two doublings gained nothing: larger batches will not either.</summary>
    /// <param name="rising">Of one split, by rising batch size.</param>
    public static bool IsSaturated(IReadOnlyList<Measurement> rising)
    {
        if (rising.Count < 3)
            return false;
        var before = rising.SkipLast(2).Max(measured => measured.ItemsPerSecond);
        return rising.TakeLast(2).All(measured => measured.ItemsPerSecond < before * (1 + Tolerance));
    }
}
