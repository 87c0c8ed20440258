using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Http;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>A task that this worker holds, as it was when it was taken.</summary>
/// <param name="Done">Items that have their results already.</param>
/// <param name="Attempts">Workers lost since the last progress, this time included.</param>
/// <param name="Epoch">Grows with every holder: what an earlier one still does is refused.</param>
internal sealed record TaskLease(
    Guid Id, string Owner, string Model, string? Version, int Top, InputKind Kind, string Sha256, long Bytes, int Total, int Done, int Attempts, long Epoch);

/// <summary>Somebody else holds the task now, or it was cancelled.</summary>
internal sealed class LeaseLostException(Guid task) : Exception($"Task {task} is not held any more.");

/// <summary>The SQL by which workers take, hold and give back tasks. The time is the database's in all of it.</summary>
internal sealed class TaskLeases(NpgsqlDataSource source, IOptions<TaskOptions> options, ServiceIdentity identity)
{
    private const string Free = "finished_at IS NULL AND (lease_until IS NULL OR lease_until <= now()) AND (not_before IS NULL OR not_before <= now())";

    // The caller who has the fewest tasks running and has waited longest; of that caller's tasks the oldest.
    // A lease that is still on the row was not given back: its holder is lost, which counts as an attempt.
    private const string Claim =
        $"""
        WITH callers AS (
          SELECT owner, count(*) FILTER (WHERE lease_until > now()) AS running, coalesce(min(served_at), min(created_at)) AS served
          FROM tasks LEFT JOIN task_turns USING (owner) WHERE finished_at IS NULL GROUP BY owner
        ), next AS (
          SELECT id, owner FROM tasks JOIN callers USING (owner) WHERE {Free}
          ORDER BY running, served, id LIMIT 1 FOR UPDATE OF tasks SKIP LOCKED
        ), turn AS (
          INSERT INTO task_turns SELECT owner, now() FROM next ON CONFLICT (owner) DO UPDATE SET served_at = excluded.served_at
        )
        UPDATE tasks SET status = 'running', attempts = attempts + (lease_until IS NOT NULL)::int, lease_epoch = lease_epoch + 1, lease_owner = $1,
          lease_until = now() + $2, not_before = NULL, notified_at = NULL, started_at = coalesce(started_at, now())
        FROM next WHERE tasks.id = next.id
        RETURNING tasks.id, tasks.owner, model, version, top, kind, sha256, bytes, total, done, attempts, lease_epoch
        """;

    // A new epoch, so that a heartbeat still under way does not take the task again for somebody who has left.
    private const string GiveBack = "UPDATE tasks SET lease_until = NULL, lease_epoch = lease_epoch + 1, notified_at = NULL";

    internal const string Held = "WHERE id = $1 AND lease_epoch = $2 AND status = 'running'";

    /// <summary>The task whose turn it is; null when none waits.</summary>
    public async Task<TaskLease?> ClaimAsync(CancellationToken cancellation)
    {
        await using var command = Command(Claim, identity.Instance, options.Value.Lease);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new TaskLease(
                row.GetGuid(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetInt32(4),
                Enum.Parse<InputKind>(row.GetString(5), ignoreCase: true), row.GetString(6), row.GetInt64(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10), row.GetInt64(11))
            : null;
    }

    /// <exception cref="LeaseLostException"/>
    public Task RenewAsync(TaskLease task, CancellationToken cancellation) =>
        UpdateAsync(task, $"UPDATE tasks SET lease_until = now() + $3 {Held}", cancellation, options.Value.Lease);

    /// <summary>Gives the task back unfinished, with no attempt held against it.</summary>
    /// <param name="pause">How long it is to be left alone, because something it needs is away.</param>
    /// <exception cref="LeaseLostException"/>
    public Task ReleaseAsync(TaskLease task, TimeSpan pause, CancellationToken cancellation) =>
        UpdateAsync(task, $"{GiveBack}, not_before = now() + $3, attempts = 0 {Held}", cancellation, pause);

    /// <summary>Gives the task back after a failed attempt, which counts on top of those since the last progress.</summary>
    /// <param name="pause">How long it is to be left alone, times the attempts.</param>
    /// <exception cref="LeaseLostException"/>
    public Task ReleaseFailedAsync(TaskLease task, TimeSpan pause, CancellationToken cancellation) =>
        UpdateAsync(task, $"{GiveBack}, not_before = now() + $3 * (attempts + 1), attempts = attempts + 1 {Held}", cancellation, pause);

    /// <exception cref="LeaseLostException"/>
    public Task SucceedAsync(TaskLease task, CancellationToken cancellation) =>
        UpdateAsync(task, $"UPDATE tasks SET status = 'succeeded', lease_until = NULL, finished_at = now() {Held}", cancellation);

    /// <exception cref="LeaseLostException"/>
    public Task FailAsync(TaskLease task, ProblemException problem, CancellationToken cancellation) =>
        UpdateAsync(task, $"UPDATE tasks SET status = 'failed', lease_until = NULL, finished_at = now(), error = $3 {Held}", cancellation, JsonSerializer.Serialize(problem.ToDetails(), EventJson.Options));

    /// <summary>Whether a task of another caller could run, if this one made way.</summary>
    public async Task<bool> OthersWaitAsync(TaskLease task, CancellationToken cancellation)
    {
        await using var command = Command($"SELECT EXISTS (SELECT FROM tasks WHERE owner <> $1 AND {Free})", task.Owner);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Tasks that could run and for which nobody was sent for a while; from here on they count as sent for. Marked before
    /// anybody is sent: a row that is still being marked would be passed over by the very worker who comes for it.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> TakeDueAsync(TimeSpan sentBefore, CancellationToken cancellation)
    {
        await using var command = Command(
            $"""
            UPDATE tasks SET notified_at = now() WHERE id IN (
              SELECT id FROM tasks WHERE {Free} AND (notified_at IS NULL OR notified_at < now() - $1) ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED)
            RETURNING id
            """, sentBefore);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var due = new List<Guid>();
        while (await rows.ReadAsync(cancellation))
            due.Add(rows.GetGuid(0));
        return due;
    }

    /// <summary>Nobody could be sent after all.</summary>
    public async Task ReturnDueAsync(IReadOnlyList<Guid> tasks, CancellationToken cancellation)
    {
        await using var command = Command("UPDATE tasks SET notified_at = NULL WHERE id = ANY($1)", tasks.ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task UpdateAsync(TaskLease task, string sql, CancellationToken cancellation, params object[] values)
    {
        await using var command = Command(sql, [task.Id, task.Epoch, .. values]);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            throw new LeaseLostException(task.Id);
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
