namespace AuthService.Tokens;

/// <summary>
/// The decision who may try a password: some attempts are free, then each failure doubles the wait.
/// An attempt counts as failed until it has succeeded, so that many at once can't share one look at the counter.
/// </summary>
public static class LockOut
{
    public const int FreeAttempts = 10;
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(15);

    /// <summary>Failures this long ago are forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Counts the attempt and returns null, or returns how long to wait and counts nothing.</summary>
    public static TimeSpan? Enter(SignInAttempts attempts, DateTimeOffset now)
    {
        if (attempts.LockedUntil is { } until && until > now)
            return until - now;

        attempts.Failures = now - attempts.LastAt > Memory ? 1 : attempts.Failures + 1;
        attempts.LastAt = now;
        attempts.LockedUntil = WaitAfter(attempts.Failures) is { } wait ? now + wait : null;
        return null;
    }

    private static TimeSpan? WaitAfter(int failures)
    {
        if (failures < FreeAttempts)
            return null;
        var doublings = Math.Min(failures - FreeAttempts, 10);
        var wait = FirstWait * (1 << doublings);
        return wait < MaxWait ? wait : MaxWait;
    }
}

/// <summary>Recent failed sign-ins of one account.</summary>
public sealed class SignInAttempts
{
    public required byte[] Account { get; init; }

    public int Failures { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }
}
