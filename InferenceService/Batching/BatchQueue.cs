namespace InferenceService.Batching;

/// <summary>
/// The items that wait for one model: a <see cref="BatchCollector"/> behind a lock. Bounded: who comes when it is full is
/// refused, not kept waiting.
/// </summary>
public sealed class BatchQueue(BatchLimits limits, TimeProvider time)
{
    private readonly object gate = new();
    private readonly BatchCollector collector = new(limits, time.TimestampFrequency);
    private bool closed;

    public BatchLimits Limits { get; } = limits;

    public int Count
    {
        get
        {
            lock (gate)
                return collector.Count;
        }
    }

    /// <summary>Takes the items in, all or none; false when there is no room for them. All of one priority.</summary>
    /// <exception cref="InvalidOperationException">The queue is closed: its owner lets nobody come after that.</exception>
    public bool TryEnqueue(IReadOnlyList<WorkItem> arrivals)
    {
        lock (gate)
        {
            if (closed)
                throw new InvalidOperationException("The queue is closed.");
            var taken = collector.TryAdd(arrivals, time.GetTimestamp());
            DisposeDropped_NeedsLock();
            if (taken)
                Monitor.Pulse(gate); // one free worker is enough: it takes all that fits, and what is left wakes the next
            return taken;
        }
    }

    /// <summary>Blocks until there is a batch to run. False once the queue is closed and empty.</summary>
    /// <param name="batch">Empty; gets the items, which are the caller's from here on.</param>
    public bool TryTake(List<WorkItem> batch)
    {
        lock (gate)
        {
            while (true)
            {
                var decision = collector.Next(time.GetTimestamp(), closed, batch);
                DisposeDropped_NeedsLock();
                if (decision.HasBatch)
                {
                    if (collector.Count > 0)
                        Monitor.Pulse(gate);
                    return true;
                }
                if (closed)
                    return false;
                if (decision.LookAgainIn is { } wait)
                    Monitor.Wait(gate, wait);
                else
                    Monitor.Wait(gate);
            }
        }
    }

    /// <summary>No further arrivals; what waits is still served.</summary>
    public void Close()
    {
        lock (gate)
        {
            closed = true;
            Monitor.PulseAll(gate);
        }
    }

    private void DisposeDropped_NeedsLock()
    {
        foreach (var item in collector.Dropped)
            item.Dispose();
        collector.Dropped.Clear();
    }
}
