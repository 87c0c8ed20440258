using System.Diagnostics.CodeAnalysis;
using InferenceService.Execution;

namespace InferenceService.Batching;

/// <summary>
/// Items of one priority, a lane for each principal. Lanes take turns, one item a turn, so that who sends thousands
/// does not make others wait behind them; within a lane the order of arrival holds.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<string, LinkedListNode<Lane>> lanes = [];
    private readonly LinkedList<Lane> turns = new();

    /// <summary>Items inside, those that nobody waits for any more included until they are met.</summary>
    public int Count { get; private set; }

    public void Add(WorkItem item)
    {
        if (!lanes.TryGetValue(item.Principal, out var lane))
            lanes[item.Principal] = lane = turns.AddLast(new Lane(item.Principal));
        lane.Value.Items.Enqueue(item);
        Count++;
    }

    /// <summary>
    /// Takes up to <paramref name="limit"/> items of one shape, that of the item whose turn it is. A lane whose next item
    /// has another shape keeps its turn for the next batch.
    /// </summary>
    /// <param name="dropped">Gets the items on the way that nobody waits for.</param>
    public void Take(int limit, List<WorkItem> batch, List<WorkItem> dropped)
    {
        ItemShape? shape = null;
        for (var turn = turns.First; turn is not null && batch.Count < limit;)
        {
            var next = turn.Next;
            if (!TryPeek(turn.Value, dropped, out var item))
            {
                Remove(turn);
            }
            else if (shape is null || shape.Equals(item.Shape))
            {
                shape = item.Shape;
                batch.Add(turn.Value.Items.Dequeue());
                Count--;
                turns.Remove(turn);
                if (turn.Value.Items.Count == 0)
                    lanes.Remove(turn.Value.Principal);
                else
                    turns.AddLast(turn);
                next ??= turn.List is null ? null : turn;
            }
            turn = next;
        }
    }

    /// <summary>When the item that waited longest came; null when nobody waits.</summary>
    public long? OldestArrival(List<WorkItem> dropped)
    {
        long? oldest = null;
        for (var turn = turns.First; turn is not null;)
        {
            var next = turn.Next;
            if (!TryPeek(turn.Value, dropped, out var item))
                Remove(turn);
            else if (oldest is null || item.EnqueuedAt < oldest)
                oldest = item.EnqueuedAt;
            turn = next;
        }
        return oldest;
    }

    /// <summary>Takes out every item that nobody waits for any more.</summary>
    public void Purge(List<WorkItem> dropped)
    {
        for (var turn = turns.First; turn is not null;)
        {
            var next = turn.Next;
            for (var left = turn.Value.Items.Count; left > 0; left--)
            {
                var item = turn.Value.Items.Dequeue();
                if (item.IsAbandoned)
                    Drop(item, dropped);
                else
                    turn.Value.Items.Enqueue(item);
            }
            if (turn.Value.Items.Count == 0)
                Remove(turn);
            turn = next;
        }
    }

    private bool TryPeek(Lane lane, List<WorkItem> dropped, [NotNullWhen(true)] out WorkItem? item)
    {
        while (lane.Items.TryPeek(out item))
        {
            if (!item.IsAbandoned)
                return true;
            Drop(lane.Items.Dequeue(), dropped);
        }
        return false;
    }

    private void Drop(WorkItem item, List<WorkItem> dropped)
    {
        dropped.Add(item);
        Count--;
    }

    private void Remove(LinkedListNode<Lane> turn)
    {
        lanes.Remove(turn.Value.Principal);
        turns.Remove(turn);
    }

    private sealed record Lane(string Principal)
    {
        public Queue<WorkItem> Items { get; } = new();
    }
}
