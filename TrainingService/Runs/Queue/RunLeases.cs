using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace TrainingService.Runs.Queue;

/// <summary>Somebody else holds the run now, or it was cancelled.</summary>
internal sealed class LeaseLostException(Guid run) : Exception($"Run {run} is not held any more.");

/// <summary>The SQL by which a worker holds a run and gives it back, and by which workers are sent for. The time is the database's in all of it.</summary>
internal sealed class RunLeases(NpgsqlDataSource source, IOptions<RunOptions> options)
{
    internal const string Free = "finished_at IS NULL AND (lease_until IS NULL OR lease_until <= now()) AND (not_before IS NULL OR not_before <= now())";

    // A worker that began goes on by itself: orders are for those that idle.
    private const int MostSentFor = 16;

    // A new epoch, so that a heartbeat still under way does not take the run again for somebody who has left.
    private const string GiveBack = "UPDATE runs SET status = 'queued', lease_until = NULL, lease_epoch = lease_epoch + 1, notified_at = NULL";

    private const string Held = "WHERE id = $1 AND lease_epoch = $2 AND status = 'running'";

    /// <param name="progress">Null: as it was.</param>
    /// <exception cref="LeaseLostException"/>
    public Task RenewAsync(Run run, RunProgress? progress, CancellationToken cancellation) => UpdateAsync(
        run, $"UPDATE runs SET lease_until = now() + $3, progress = coalesce($4, progress) {Held}", cancellation,
        new() { Value = options.Value.Lease },
        new() { Value = progress is null ? DBNull.Value : JsonSerializer.Serialize(progress, LearningModel.Json), NpgsqlDbType = NpgsqlDbType.Jsonb });

    /// <summary>Gives the run back unfinished, with no attempt held against it.</summary>
    /// <param name="pause">How long it is to be left alone, because something it needs is away.</param>
    /// <exception cref="LeaseLostException"/>
    public Task ReleaseAsync(Run run, TimeSpan pause, CancellationToken cancellation) =>
        UpdateAsync(run, $"{GiveBack}, not_before = now() + $3 {Held}", cancellation, new NpgsqlParameter { Value = pause });

    /// <summary>Gives the run back after a failed attempt, which counts.</summary>
    /// <param name="pause">How long it is to be left alone, times the attempts.</param>
    /// <exception cref="LeaseLostException"/>
    public Task ReleaseFailedAsync(Run run, TimeSpan pause, CancellationToken cancellation) =>
        UpdateAsync(run, $"{GiveBack}, not_before = now() + $3 * (attempts + 1), attempts = attempts + 1 {Held}", cancellation, new NpgsqlParameter { Value = pause });

    /// <summary>
    /// Runs that could be worked on and for which nobody was sent for a while; from here on they count as sent for. Marked before anybody is
    /// sent: a row that is still being marked would be passed over by the very worker who comes for it.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> TakeDueAsync(TimeSpan sentBefore, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            UPDATE runs SET notified_at = now() WHERE id IN (
              SELECT id FROM runs WHERE {Free} AND (notified_at IS NULL OR notified_at < now() - $1) ORDER BY id LIMIT {MostSentFor} FOR UPDATE SKIP LOCKED)
            RETURNING id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = sentBefore });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var due = new List<Guid>();
        while (await rows.ReadAsync(cancellation))
            due.Add(rows.GetGuid(0));
        return due;
    }

    /// <summary>Nobody could be sent after all.</summary>
    public async Task ReturnDueAsync(IReadOnlyList<Guid> runs, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("UPDATE runs SET notified_at = NULL WHERE id = ANY($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = runs.ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task UpdateAsync(Run run, string sql, CancellationToken cancellation, params NpgsqlParameter[] values)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = run.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = run.LeaseEpoch });
        command.Parameters.AddRange(values);
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
            throw new LeaseLostException(run.Id);
    }
}
