using System.Diagnostics.CodeAnalysis;

namespace InferenceService.Batching;

/// <summary>The items that wait for one model. Bounded: who comes when it is full is refused, not kept waiting.</summary>
public sealed class BatchQueue(int capacity)
{
    private readonly Queue<WorkItem> items = new();
    private bool closed;

    public int Count
    {
        get
        {
            lock (items)
                return items.Count;
        }
    }

    /// <summary>Takes the items in, all or none; false when there is no room for them.</summary>
    /// <exception cref="InvalidOperationException">The queue is closed: its owner lets nobody come after that.</exception>
    public bool TryEnqueue(IReadOnlyList<WorkItem> arrivals)
    {
        lock (items)
        {
            if (closed)
                throw new InvalidOperationException("The queue is closed.");
            if (items.Count + arrivals.Count > capacity)
                return false;
            foreach (var item in arrivals)
                items.Enqueue(item);
            Monitor.PulseAll(items);
            return true;
        }
    }

    /// <summary>
    /// Blocks until something waits and takes what is there, up to <paramref name="limit"/>: batching without a timer.
    /// Abandoned items are dropped here. False once the queue is closed and empty.
    /// </summary>
    public bool TryTake(int limit, [NotNullWhen(true)] out List<WorkItem>? batch)
    {
        lock (items)
        {
            while (true)
            {
                batch = TakeWaiting_NeedsLock(limit);
                if (batch.Count > 0)
                    return true;
                if (closed)
                    return false;
                Monitor.Wait(items);
            }
        }
    }

    /// <summary>No further arrivals; what waits is still served.</summary>
    public void Close()
    {
        lock (items)
        {
            closed = true;
            Monitor.PulseAll(items);
        }
    }

    private List<WorkItem> TakeWaiting_NeedsLock(int limit)
    {
        var batch = new List<WorkItem>(Math.Min(limit, items.Count));
        while (batch.Count < limit && items.TryDequeue(out var item))
        {
            if (item.IsAbandoned)
                item.Dispose();
            else
                batch.Add(item);
        }
        return batch;
    }
}
