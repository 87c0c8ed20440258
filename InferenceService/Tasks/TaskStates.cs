using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Http;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;

namespace InferenceService.Tasks;

/// <summary>A task's way from the queue to its end.</summary>
internal sealed class TaskStates(NpgsqlDataSource source, WorkLeases<TaskLease> leases, IOptions<TaskOptions> options, ServiceIdentity identity)
{
    // The caller who has the fewest tasks running and has waited longest; of that caller's tasks the oldest.
    private static readonly string Claim =
        $"""
        WITH callers AS (
          SELECT owner, count(*) FILTER (WHERE lease_until > now()) AS running, coalesce(min(served_at), min(created_at)) AS served
          FROM tasks LEFT JOIN task_turns USING (owner) WHERE finished_at IS NULL GROUP BY owner
        ), next AS (
          SELECT id, owner FROM tasks JOIN callers USING (owner) WHERE {WorkSql.Free}
          ORDER BY running, served, id LIMIT 1 FOR UPDATE OF tasks SKIP LOCKED
        ), turn AS (
          INSERT INTO task_turns SELECT owner, now() FROM next ON CONFLICT (owner) DO UPDATE SET served_at = excluded.served_at
        )
        UPDATE tasks SET {WorkSql.Claim("$1", "$2")}
        FROM next WHERE tasks.id = next.id
        RETURNING tasks.id, tasks.owner, model, version, top, kind, sha256, bytes, total, done, attempts, lease_epoch
        """;

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
    public Task SucceedAsync(TaskLease task, CancellationToken cancellation) =>
        leases.UpdateAsync(task, "status = 'succeeded', lease_until = NULL, finished_at = now()", cancellation);

    /// <exception cref="LeaseLostException"/>
    public Task FailAsync(TaskLease task, ProblemException problem, CancellationToken cancellation) => leases.UpdateAsync(
        task, "status = 'failed', lease_until = NULL, finished_at = now(), error = $3", cancellation, new NpgsqlParameter { Value = JsonSerializer.Serialize(problem.ToDetails(), EventJson.Options) });

    /// <summary>Whether a task of another caller could run, if this one made way.</summary>
    public async Task<bool> OthersWaitAsync(TaskLease task, CancellationToken cancellation)
    {
        await using var command = Command($"SELECT EXISTS (SELECT FROM tasks WHERE owner <> $1 AND {WorkSql.Free})", task.Owner);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
