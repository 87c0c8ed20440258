using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ServiceDefaults.Database;

namespace ServiceDefaults.WorkQueues;

/// <summary>
/// Sends workers for work that waits: what is new, what was given back, and what lost its worker. The table is what remembers them, so
/// nothing is lost with a message, a broker or a process.
/// </summary>
public sealed partial class WorkWatch<TWork>(NpgsqlDataSource source, WorkQueue<TWork> queue, IBus bus, DatabaseMigrator migrator, TimeProvider time, ILogger<WorkWatch<TWork>> logger)
    : BackgroundService where TWork : IWork
{
    private const int MostSentFor = 16; // a worker that began goes on by itself: orders are for those that idle
    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(5);
    private readonly WakeUp signal = new();

    /// <summary>Something was committed: look now.</summary>
    public void Notify() => signal.Notify();

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await SendForDueAsync(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogNotSent(logger, queue.Noun, e.Message);
            }
            await signal.WaitAsync(queue.WatchPeriod, time, stopping);
        }
    }

    private async Task SendForDueAsync(CancellationToken stopping)
    {
        var due = await TakeDueAsync(stopping);
        if (due.Count == 0)
            return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(SendDeadline); // MassTransit would wait for a broker that is away
        try
        {
            var endpoint = await bus.GetSendEndpoint(queue.Address);
            foreach (var work in due)
                await endpoint.Send(new TakeNext(work, time.GetUtcNow()), context => context.TimeToLive = queue.OrderLifetime, deadline.Token);
        }
        catch
        {
            await ReturnDueAsync(due, stopping);
            throw;
        }
    }

    /// <summary>
    /// Work for which nobody was sent for a while; from here on it counts as sent for. Marked before anybody is sent: a row that is still
    /// being marked would be passed over by the very worker who comes for it.
    /// </summary>
    private async Task<IReadOnlyList<Guid>> TakeDueAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            UPDATE {queue.Table} SET notified_at = now() WHERE id IN (
              SELECT id FROM {queue.Table} WHERE {WorkSql.Free} AND (notified_at IS NULL OR notified_at < now() - $1)
              ORDER BY id LIMIT {MostSentFor} FOR UPDATE SKIP LOCKED)
            RETURNING id
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = queue.OrderLifetime });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var due = new List<Guid>();
        while (await rows.ReadAsync(cancellation))
            due.Add(rows.GetGuid(0));
        return due;
    }

    /// <summary>Nobody could be sent after all.</summary>
    private async Task ReturnDueAsync(IReadOnlyList<Guid> due, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"UPDATE {queue.Table} SET notified_at = NULL WHERE id = ANY($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = due.ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "Nobody could be sent for the {Noun} that waits: {Reason}")]
    private static partial void LogNotSent(ILogger logger, string noun, string reason);
}
