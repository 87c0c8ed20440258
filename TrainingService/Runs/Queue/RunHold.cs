using Microsoft.EntityFrameworkCore;
using ServiceDefaults.WorkQueues;

namespace TrainingService.Runs.Queue;

/// <summary>What a worker has of its run, until that is cancelled or taken from it.</summary>
internal sealed record RunHold(Guid Run, long Epoch)
{
    public static RunHold Of(Run run) => new(run.Id, run.LeaseEpoch);
}

internal static class RunHolds
{
    /// <summary>
    /// Keeps the run held until the transaction ends: whoever cancels it, or takes it away because rows are erased, waits so long. What a worker
    /// changes for good is changed behind this.
    /// </summary>
    /// <exception cref="LeaseLostException">It was cancelled or taken away by now.</exception>
    public static async Task RequireHeldAsync(this TrainingDb db, RunHold hold, CancellationToken cancellation)
    {
        var held = await db.Database.SqlQuery<Guid>($"""
            SELECT id AS "Value" FROM runs WHERE id = {hold.Run} AND lease_epoch = {hold.Epoch} AND status = 'running' FOR NO KEY UPDATE
            """).ToListAsync(cancellation);
        if (held.Count == 0)
            throw new LeaseLostException(hold.Run);
    }
}
