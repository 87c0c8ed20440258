namespace ServiceDefaults.WorkQueues;

/// <summary>What a service's own statements share with the queue. The time is the database's in all of it.</summary>
public static class WorkSql
{
    /// <summary>Of rows that could be claimed. A lease that ran out is as good as none.</summary>
    public const string Free = "finished_at IS NULL AND (lease_until IS NULL OR lease_until <= now()) AND (not_before IS NULL OR not_before <= now())";

    /// <summary>The row for its holder alone: <c>$1</c> is the id, <c>$2</c> the epoch.</summary>
    public const string Held = "WHERE id = $1 AND lease_epoch = $2 AND status = 'running'";

    /// <summary>
    /// What a claim sets. A lease that is still on the row was not given back: its holder is lost, which counts as an attempt.
    /// </summary>
    /// <param name="owner">The parameter with the instance, for people who look.</param>
    /// <param name="lease">The parameter with <see cref="WorkQueue{TWork}.Lease"/>.</param>
    public static string Claim(string owner, string lease) =>
        $"""
        status = 'running', attempts = attempts + (lease_until IS NOT NULL)::int, lease_epoch = lease_epoch + 1, lease_owner = {owner},
          lease_until = now() + {lease}, not_before = NULL, notified_at = NULL, started_at = coalesce(started_at, now())
        """;
}
