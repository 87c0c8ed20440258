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

    /// <summary>The smallest batch that gives (within the tolerance) the most items per second; of equal ones the quickest, then the fewest slots.</summary>
    public static Measurement Best(IReadOnlyList<Measurement> measurements)
    {
        var enough = (1 - Tolerance) * measurements.Max(measured => measured.ItemsPerSecond);
        return measurements.Where(measured => measured.ItemsPerSecond >= enough)
            .OrderBy(measured => measured.BatchSize).ThenBy(measured => measured.BatchMilliseconds).ThenBy(measured => measured.Slots).First();
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
