namespace InferenceService.Execution;

/// <summary>What is worth measuring.</summary>
internal static class TuningPlan
{
    /// <summary>
    /// From one run that has all threads to one run per processor, with the halves between. Runs of a session share its threads,
    /// so each further run takes one of them away.
    /// </summary>
    public static IReadOnlyList<ThreadSplit> Splits(ExecutionOptions options, int processors, bool onCpu)
    {
        var slots = options.Slots is { } configured ? [configured] : onCpu ? SlotCounts(options, processors) : [1, 2];
        return [.. slots.Select(count => new ThreadSplit(count, options.IntraOpThreads ?? ThreadsBeside(count, processors, onCpu))).Distinct()];
    }

    /// <summary>Powers of two up to the limit, and the limit.</summary>
    public static IReadOnlyList<int> BatchSizes(ExecutionOptions options, int limit)
    {
        if (options.MaxBatchSize is { } configured)
            return [Math.Min(configured, limit)];
        var sizes = new List<int>();
        for (var size = 1; size < limit; size *= 2)
            sizes.Add(size);
        return [.. sizes, limit];
    }

    /// <summary>What holds when nothing is measured.</summary>
    public static ExecutionSettings Unmeasured(ExecutionOptions options, int processors, bool onCpu, int limit)
    {
        var slots = options.Slots ?? 1;
        return new ExecutionSettings(
            slots, options.IntraOpThreads ?? ThreadsBeside(slots, processors, onCpu), Math.Min(options.MaxBatchSize ?? limit, limit), SettingsSource.Configured);
    }

    private static int[] SlotCounts(ExecutionOptions options, int processors)
    {
        if (options.IntraOpThreads is { } threads)
            return [1, Math.Max(1, processors - threads + 1)];
        var counts = new List<int> { 1 };
        for (var count = processors; count > 1; count /= 2)
            counts.Add(count);
        return [.. counts];
    }

    private static int ThreadsBeside(int slots, int processors, bool onCpu) => onCpu ? Math.Max(1, processors - slots + 1) : 1;
}

/// <param name="Slots">Runs at once.</param>
/// <param name="IntraOpThreads">Threads that they share, a run's own included.</param>
internal sealed record ThreadSplit(int Slots, int IntraOpThreads);
