namespace InferenceService.Batching;

/// <summary>
/// Decides what runs next, and nothing else: no clock, no thread, no lock. <see cref="BatchQueue"/> owns it and tells it
/// the time, as timestamps of <see cref="System.Diagnostics.Stopwatch"/> frequency.
/// </summary>
public sealed class BatchCollector(BatchLimits limits, long ticksPerSecond)
{
    private readonly FairQueue<WorkItem> interactive = new();
    private readonly FairQueue<WorkItem> background = new();
    private readonly List<WorkItem> dropped = [];

    /// <summary>Items inside, abandoned ones included until they are met.</summary>
    public int Count => interactive.Count + background.Count;

    /// <summary>Items taken out because nobody waits for them any more. The owner disposes and clears them after each call.</summary>
    public List<WorkItem> Dropped => dropped;

    /// <summary>Takes the arrivals in, all or none; false when there is no room for them.</summary>
    public bool TryAdd(IReadOnlyList<WorkItem> arrivals, long now)
    {
        if (arrivals.Count == 0)
            return true;
        var queue = arrivals[0].Priority == Priority.Interactive ? interactive : background;
        if (queue.Count + arrivals.Count > limits.Capacity)
            queue.Purge(dropped); // who left must not keep others out
        if (queue.Count + arrivals.Count > limits.Capacity)
            return false;
        foreach (var item in arrivals)
        {
            item.EnqueuedAt = now;
            queue.Add(item);
        }
        return true;
    }

    /// <summary>
    /// Forms the next batch: items of one shape and one priority, interactive first, principals in turn, none that was
    /// abandoned.
    /// </summary>
    /// <param name="batch">Empty; gets the items.</param>
    /// <param name="closing">Nothing further arrives, so nobody waits for company.</param>
    public BatchDecision Next(long now, bool closing, List<WorkItem> batch)
    {
        var queue = BackgroundIsDue(now) || interactive.Count == 0 ? background : interactive;
        if (!closing && CompanyMayCome(queue, now) is { } wait)
            return BatchDecision.WaitFor(wait);
        queue.Take(limits.MaxBatchSize, SameShape, batch, dropped);
        if (batch.Count == 0 && queue == interactive)
            background.Take(limits.MaxBatchSize, SameShape, batch, dropped); // whoever was interactive has left
        return batch.Count > 0 ? BatchDecision.Run : BatchDecision.Sleep;
    }

    private static bool SameShape(WorkItem a, WorkItem b) => a.Shape.Equals(b.Shape);

    private bool BackgroundIsDue(long now) =>
        background.Count > 0
        && background.OldestArrival(dropped) is { } arrival
        && Since(arrival, now) >= (limits.MaxBackgroundWait ?? BatchLimits.DefaultBackgroundWait);

    /// <summary>How long the batch should still be held open; null when it should run.</summary>
    private TimeSpan? CompanyMayCome(FairQueue<WorkItem> queue, long now)
    {
        if (limits.MaxQueueDelay == TimeSpan.Zero || queue.Count >= limits.MaxBatchSize || queue.OldestArrival(dropped) is not { } arrival)
            return null;
        var left = limits.MaxQueueDelay - Since(arrival, now);
        return left > TimeSpan.Zero ? left : null;
    }

    private TimeSpan Since(long then, long now) => TimeSpan.FromSeconds((double)(now - then) / ticksPerSecond);
}
