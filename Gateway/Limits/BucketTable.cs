using System.Collections.Concurrent;

namespace Gateway.Limits;

public enum BucketKind
{
    Key,
    User,
    Guest,
    SignIn,
    Anyone,
    Address,
}

/// <summary>Whose bucket it is. Requests with the same name share one.</summary>
public readonly record struct BucketName(BucketKind Kind, UInt128 Number, string? Text = null);

/// <summary>
/// The buckets of everybody seen lately, never more than a fixed number. Idle ones are forgotten: a new one is the same.
/// When all of them are in use, newcomers share a fixed set of buckets by hash: who is known keeps what is theirs, and a flood
/// of new addresses is limited as a few callers instead of taking memory.
/// </summary>
internal sealed class BucketTable(int capacity)
{
    private const int SharedBuckets = 1024;
    private static readonly long TidyEvery = TimeSpan.FromSeconds(10).Ticks;
    private static readonly long TidyWhenFullEvery = TimeSpan.FromSeconds(1).Ticks;

    private readonly ConcurrentDictionary<BucketName, Bucket> buckets = new();
    private readonly Bucket[] shared = [.. Enumerable.Range(0, SharedBuckets).Select(_ => new Bucket())];
    private readonly Lock tidying = new();
    private int count;
    private long tidiedAt;

    public int Count => Volatile.Read(ref count);

    /// <param name="now">In ticks.</param>
    public Bucket Find(BucketName name, long now)
    {
        if (buckets.TryGetValue(name, out var known))
            return known;
        var isFull = Volatile.Read(ref count) >= capacity;
        Tidy(now, isFull ? TidyWhenFullEvery : TidyEvery);
        if (Interlocked.Increment(ref count) > capacity)
        {
            Interlocked.Decrement(ref count);
            return shared[(uint)name.GetHashCode() % SharedBuckets];
        }
        var added = new Bucket();
        var held = buckets.GetOrAdd(name, added);
        if (held != added)
            Interlocked.Decrement(ref count);
        return held;
    }

    private void Tidy(long now, long every)
    {
        if (Math.Abs(now - Volatile.Read(ref tidiedAt)) < every || !tidying.TryEnter())
            return;
        try
        {
            Volatile.Write(ref tidiedAt, now);
            foreach (var (name, bucket) in buckets)
            {
                // Somebody may take from it at this very moment: then one request goes uncounted.
                if (bucket.IsIdle(now) && buckets.TryRemove(name, out _))
                    Interlocked.Decrement(ref count);
            }
        }
        finally
        {
            tidying.Exit();
        }
    }
}
