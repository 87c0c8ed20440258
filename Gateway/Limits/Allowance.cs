namespace Gateway.Limits;

/// <summary>How fast a bucket refills and how much it holds.</summary>
/// <param name="PerMinute">Requests that come back in a minute.</param>
/// <param name="Burst">Requests that may come at once, at least 1.</param>
public readonly record struct Allowance(int PerMinute, int Burst)
{
    /// <summary>Ticks until one request has come back.</summary>
    internal long Interval => TimeSpan.TicksPerMinute / PerMinute;

    internal long Capacity => Burst * Interval;

    public static Allowance Of(int perMinute, TimeSpan burst) =>
        new(perMinute, (int)Math.Max(1, Math.Min(int.MaxValue, perMinute * burst.TotalMinutes)));
}

/// <summary>What a caller has left after a request, or why there is nothing.</summary>
/// <param name="Reset">Until the whole allowance is there again.</param>
/// <param name="RetryAfter">Until the refused request would be granted; zero when it was.</param>
public readonly record struct Grant(bool IsGranted, long Remaining, TimeSpan Reset, TimeSpan RetryAfter);
