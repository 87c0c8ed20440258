using ServiceDefaults.Problems;

namespace ServiceDefaults.Quotas;

/// <summary>What this process holds of one key's quota, and how much it asks for next. The decisions; whoever asks holds <see cref="Gate"/>.</summary>
internal sealed class QuotaLease
{
    private static readonly TimeSpan RefusalMemory = TimeSpan.FromSeconds(1); // so that callers neither queue up nor ask again and again

    private readonly Lock sync = new();
    private long held;
    private long remaining;
    private DateTimeOffset resetsAt;
    private DateTimeOffset usedAt;
    private (long Missing, DateTimeOffset Until)? refusal;
    private (ProblemException Problem, DateTimeOffset Until)? failure;
    private bool isClosed;

    /// <summary>One question at a time to AuthService.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Takes from what is held, or says again what AuthService said within the last second. Null: ask for more.</summary>
    /// <exception cref="ProblemException">What went wrong the last time.</exception>
    public QuotaAnswer? Take(long amount, DateTimeOffset now)
    {
        lock (sync)
        {
            ForgetYesterday_NeedsLock(now);
            usedAt = now;
            if (held < amount)
            {
                if (failure is { } failed && now < failed.Until)
                    throw new ProblemException(failed.Problem.Status, failed.Problem.Code, failed.Problem.Message) { RetryAfter = failed.Problem.RetryAfter };
                return refusal is { } refused && now < refused.Until && amount - held >= refused.Missing ? new QuotaAnswer(false, held + remaining, resetsAt) : null;
            }
            held -= amount;
            return new QuotaAnswer(true, held + remaining, resetsAt);
        }
    }

    /// <summary>
    /// How much to ask for: as much as is missing, and up to a lease's size more while there is plenty; the last of a quota is
    /// taken one by one, so that none of it lies with a process that does not need it. Null: the lease was given up.
    /// </summary>
    public (long AtLeast, long Amount)? Missing(long amount, long leaseSize)
    {
        lock (sync)
        {
            var missing = Math.Max(1, amount - held);
            return isClosed ? null : (missing, Math.Max(missing, Math.Min(leaseSize, remaining / 16)));
        }
    }

    /// <summary>Remembers that AuthService could not be asked.</summary>
    public void Fail(ProblemException problem, DateTimeOffset now)
    {
        lock (sync)
            failure = (problem, now + RefusalMemory);
    }

    /// <summary>Adds what was granted and takes from it. Null: others took of it meanwhile, so ask for more.</summary>
    public QuotaAnswer? Add(QuotaLeaseGrant grant, long amount, DateTimeOffset now)
    {
        lock (sync)
        {
            if (grant.ResetsAt != resetsAt)
                held = 0; // a day has ended since
            (remaining, resetsAt) = (grant.Remaining, grant.ResetsAt);
            held += grant.Granted;
            usedAt = now;
            failure = null;
            refusal = null;
            if (held < amount)
            {
                if (grant.Granted > 0)
                    return null;
                refusal = (amount - held, now + RefusalMemory);
                return new QuotaAnswer(false, held + remaining, grant.ResetsAt);
            }
            held -= amount;
            return new QuotaAnswer(true, held + remaining, grant.ResetsAt);
        }
    }

    /// <summary>Gives the lease up when it was not used since <paramref name="since"/>. Null: it was.</summary>
    /// <returns>What is to be given back, and of which day.</returns>
    public (long Unused, DateOnly Day)? CloseIfIdle(DateTimeOffset since, DateTimeOffset now)
    {
        if (!Gate.Wait(0))
            return null; // somebody is asking for more
        try
        {
            lock (sync)
            {
                if (usedAt > since)
                    return null;
                ForgetYesterday_NeedsLock(now);
                isClosed = true;
                var unused = held;
                held = 0;
                return (unused, DateOnly.FromDateTime(resetsAt.UtcDateTime).AddDays(resetsAt == default ? 0 : -1));
            }
        }
        finally
        {
            Gate.Release();
        }
    }

    private void ForgetYesterday_NeedsLock(DateTimeOffset now)
    {
        if (now >= resetsAt)
            (held, remaining, refusal) = (0, 0, null);
    }
}
