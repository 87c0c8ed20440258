using System.Diagnostics.CodeAnalysis;

namespace InferenceService.Batching;

/// <summary>Something that waits for its turn.</summary>
public interface IWaiting
{
    /// <summary>Whose it is.</summary>
    string Principal { get; }

    /// <summary>Nobody waits for it any more.</summary>
    bool IsAbandoned { get; }

    /// <summary>Timestamp of its arrival.</summary>
    long EnqueuedAt { get; }
}

/// <summary>
/// Items of one priority, a lane for each principal. Lanes take turns, one item a turn, so that who sends thousands
/// does not make others wait behind them; within a lane the order of arrival holds.
/// </summary>
internal sealed class FairQueue<T> where T : class, IWaiting
{
    private readonly Dictionary<string, LinkedListNode<Lane>> lanes = [];
    private readonly LinkedList<Lane> turns = new();

    /// <summary>Items inside, those that nobody waits for any more included until they are met.</summary>
    public int Count { get; private set; }

    public void Add(T item)
    {
        if (!lanes.TryGetValue(item.Principal, out var lane))
            lanes[item.Principal] = lane = turns.AddLast(new Lane(item.Principal));
        lane.Value.Items.Enqueue(item);
        Count++;
    }

    /// <summary>
    /// Takes up to <paramref name="limit"/> items that go together with the one whose turn it is. A lane whose next item does
    /// not keeps its turn for the next time.
    /// </summary>
    /// <param name="taken">Empty; gets the items.</param>
    /// <param name="dropped">Gets the items on the way that nobody waits for.</param>
    public void Take(int limit, Func<T, T, bool> goTogether, List<T> taken, List<T> dropped)
    {
        for (var turn = turns.First; turn is not null && taken.Count < limit;)
        {
            var next = turn.Next;
            if (!TryPeek(turn.Value, dropped, out var item))
            {
                Remove(turn);
            }
            else if (taken.Count == 0 || goTogether(taken[0], item))
            {
                taken.Add(turn.Value.Items.Dequeue());
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
    public long? OldestArrival(List<T> dropped)
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
    public void Purge(List<T> dropped)
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

    private bool TryPeek(Lane lane, List<T> dropped, [NotNullWhen(true)] out T? item)
    {
        while (lane.Items.TryPeek(out item))
        {
            if (!item.IsAbandoned)
                return true;
            Drop(lane.Items.Dequeue(), dropped);
        }
        return false;
    }

    private void Drop(T item, List<T> dropped)
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
        public Queue<T> Items { get; } = new();
    }
}
