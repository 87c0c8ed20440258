namespace Gateway.Limits;

/// <summary>
/// A token bucket kept as one number, the moment at which it will be full again (the generic cell rate algorithm,
/// ITU-T I.371): nothing has to refill it, and it says by itself whether anybody would miss it. Beside that, the
/// requests under way.
/// </summary>
internal sealed class Bucket
{
    private long fullAt;
    private int underWay;

    /// <summary>Full and unused: as good as new, so it may be forgotten.</summary>
    public bool IsIdle(long now) => Volatile.Read(ref fullAt) <= now && Volatile.Read(ref underWay) == 0;

    /// <param name="now">In ticks.</param>
    public Grant Take(Allowance allowance, long now)
    {
        while (true)
        {
            var known = Volatile.Read(ref fullAt);
            var after = From(known, allowance, now) + allowance.Interval;
            if (after - now > allowance.Capacity)
                return Refusal(allowance, after, now);
            if (Interlocked.CompareExchange(ref fullAt, after, known) == known)
                return new Grant(true, (allowance.Capacity - (after - now)) / allowance.Interval, TimeSpan.FromTicks(after - now), TimeSpan.Zero);
        }
    }

    /// <summary>What <see cref="Take"/> would say, without taking.</summary>
    public Grant Look(Allowance allowance, long now)
    {
        var at = From(Volatile.Read(ref fullAt), allowance, now);
        return at + allowance.Interval - now > allowance.Capacity
            ? Refusal(allowance, at + allowance.Interval, now)
            : new Grant(true, (allowance.Capacity - (at - now)) / allowance.Interval, TimeSpan.FromTicks(at - now), TimeSpan.Zero);
    }

    public bool TryEnter(int limit)
    {
        if (Interlocked.Increment(ref underWay) <= limit)
            return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref underWay);

    // Never further ahead than an empty bucket can be: a clock that was set back must not lock anybody out.
    private static long From(long known, Allowance allowance, long now) => Math.Min(Math.Max(known, now), now + allowance.Capacity);

    private static Grant Refusal(Allowance allowance, long after, long now) =>
        new(false, 0, TimeSpan.FromTicks(after - allowance.Interval - now), TimeSpan.FromTicks(after - now - allowance.Capacity));
}
