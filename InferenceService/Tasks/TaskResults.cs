using InferenceService.Predictions;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using ServiceDefaults.Outbox;
using ServiceDefaults.WorkQueues;

namespace InferenceService.Tasks;

/// <summary>What a chunk has come to: a line per item, and what goes on record with them.</summary>
internal sealed record ChunkResults(IReadOnlyList<string> Lines, int Failed, LogEntry? Entry);

/// <summary>The one place where results are written.</summary>
internal sealed class TaskResults(NpgsqlDataSource source, IOptions<TaskOptions> options, OutboxSignal outbox)
{
    private const string Progress =
        $"UPDATE tasks SET done = done + $4, failed_items = failed_items + $5, attempts = 0, lease_until = now() + $6 {WorkSql.Held} AND done = $3";

    private const string InsertLines = "INSERT INTO task_results (task_id, item, line) SELECT $1, * FROM unnest($2, $3)";

    /// <summary>
    /// Results, predictions, facts and progress in one transaction, for the holder alone and only on top of <paramref name="done"/>:
    /// whatever crashes or comes twice, an item is in the results once.
    /// </summary>
    /// <exception cref="LeaseLostException">Nothing was written.</exception>
    public async Task CommitAsync(TaskLease task, int done, ChunkResults results, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var progress = new NpgsqlCommand(Progress, connection, transaction)
        {
            Parameters =
            {
                new() { Value = task.Id }, new() { Value = task.Epoch }, new() { Value = done },
                new() { Value = results.Lines.Count }, new() { Value = results.Failed }, new() { Value = options.Value.Lease },
            },
        };
        if (await progress.ExecuteNonQueryAsync(cancellation) == 0)
            throw new LeaseLostException(task.Id);

        await using var batch = new NpgsqlBatch(connection, transaction);
        if (results.Entry is not null)
            PredictionWriter.Add(batch, results.Entry);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertLines)
        {
            Parameters =
            {
                new() { Value = task.Id },
                new() { Value = Enumerable.Range(done, results.Lines.Count).ToArray() },
                new() { Value = results.Lines.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Notify();
    }
}
