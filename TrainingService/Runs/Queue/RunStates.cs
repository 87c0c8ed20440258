using System.Text.Json;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Http;
using ServiceDefaults.Outbox;
using ServiceDefaults.WorkQueues;

namespace TrainingService.Runs.Queue;

/// <summary>A run's way through its states. Each step and the event that tells of it are one transaction.</summary>
internal sealed class RunStates(TrainingDb db, ServiceIdentity identity, IOptions<RunOptions> options, TimeProvider time)
{
    // Whoever has the fewest runs running and has waited longest; of theirs the oldest. It begins anew.
    private static readonly string Claim =
        $$"""
        WITH next AS MATERIALIZED (
          SELECT id FROM runs r WHERE {{WorkSql.Free}}
          ORDER BY (SELECT count(*) FROM runs o WHERE o.caller = r.caller AND o.finished_at IS NULL AND o.lease_until > now()),
            (SELECT max(started_at) FROM runs o WHERE o.caller = r.caller) NULLS FIRST, id
          LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
        UPDATE runs SET {{WorkSql.Claim("{0}", "{1}")}}, progress = NULL
        FROM next WHERE runs.id = next.id
        RETURNING runs.*
        """;

    /// <summary>The run whose turn it is; null when none waits.</summary>
    public async Task<Run?> ClaimAsync(CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var claimed = await db.Runs.FromSqlRaw(Claim, identity.Instance, options.Value.Lease).AsNoTracking().ToListAsync(cancellation);
        if (claimed is not [var run])
            return null;
        if (run.Kind == RunKind.Training)
        {
            var (dataset, now) = (await DatasetIdAsync(run, cancellation), time.GetUtcNow());
            var labels = await db.Snapshots.Where(s => s.Id == run.Snapshot).Select(s => s.Rows).SingleAsync(cancellation);
            db.Announce(new TrainingStarted(run.Id, dataset, run.Model, run.Request.Learner ?? "", labels, now), run.Id.ToString(), now);
            await db.SaveChangesAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return run;
    }

    /// <exception cref="LeaseLostException"/>
    public Task SucceedAsync(Run run, RunOutcome outcome, CancellationToken cancellation) => EndAsync(
        run, $"""
        UPDATE runs SET status = 'succeeded', lease_until = NULL, finished_at = now(), version = coalesce({outcome.Version}, version),
          result = {JsonSerializer.Serialize(outcome.Result, LearningModel.Json)}::jsonb
        WHERE id = {run.Id} AND lease_epoch = {run.LeaseEpoch} AND status = 'running'
        """,
        (dataset, now) => db.Announce(
            new TrainingCompleted(run.Id, dataset, run.Model, outcome.Version!, outcome.Accuracy, $"/v1/runs/{run.Id}/report", now), run.Id.ToString(), now), cancellation);

    /// <exception cref="LeaseLostException"/>
    public Task FailAsync(Run run, RunError error, CancellationToken cancellation) => EndAsync(
        run, $"""
        UPDATE runs SET status = 'failed', lease_until = NULL, finished_at = now(), error = {JsonSerializer.Serialize(error, LearningModel.Json)}::jsonb
        WHERE id = {run.Id} AND lease_epoch = {run.LeaseEpoch} AND status = 'running'
        """,
        (dataset, now) => AnnounceFailed(run, dataset, error, now), cancellation);

    /// <summary>A new epoch: what a worker still has in hand is refused. False: it is finished.</summary>
    public async Task<bool> CancelAsync(Run run, CancellationToken cancellation)
    {
        var error = new RunError("cancelled", null, "The run was cancelled.");
        try
        {
            await EndAsync(
                run, $"""
                UPDATE runs SET status = 'cancelled', lease_until = NULL, lease_epoch = lease_epoch + 1, finished_at = now(),
                  error = {JsonSerializer.Serialize(error, LearningModel.Json)}::jsonb
                WHERE id = {run.Id} AND finished_at IS NULL
                """,
                (dataset, now) => AnnounceFailed(run, dataset, error, now), cancellation);
            return true;
        }
        catch (LeaseLostException)
        {
            return false;
        }
    }

    private async Task EndAsync(Run run, FormattableString update, Action<Guid, DateTimeOffset> announce, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Database.ExecuteSqlAsync(update, cancellation) == 0)
            throw new LeaseLostException(run.Id);
        if (run.Kind == RunKind.Training)
        {
            announce(await DatasetIdAsync(run, cancellation), time.GetUtcNow());
            await db.SaveChangesAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
    }

    private void AnnounceFailed(Run run, Guid dataset, RunError error, DateTimeOffset now) =>
        db.Announce(new TrainingFailed(run.Id, dataset, run.Model, error.Code, error.Message, now), run.Id.ToString(), now);

    private Task<Guid> DatasetIdAsync(Run run, CancellationToken cancellation) =>
        db.Datasets.Where(d => d.Number == run.Dataset).Select(d => d.Id).SingleAsync(cancellation);
}
