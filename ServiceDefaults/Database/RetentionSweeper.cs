using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ServiceDefaults.Database;

/// <summary>
/// Removes rows of one table whose time is up: those with an id (UUIDv7) older than the retention, in statements that are short each.
/// Any number of replicas may do it at once.
/// </summary>
/// <param name="table">With a primary key <c>id</c>.</param>
/// <param name="retention">Null or zero: nothing is removed.</param>
public abstract partial class RetentionSweeper(
    NpgsqlDataSource source, DatabaseMigrator migrator, TimeProvider time, ILogger logger, string table, TimeSpan? retention, TimeSpan sweepEvery) : BackgroundService
{
    private const int RowsPerStatement = 10_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (retention is not { } kept || kept == TimeSpan.Zero)
            return;
        await migrator.Completed.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(sweepEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(TimeOrderedIds.LowestOf(time.GetUtcNow() - kept), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, table, e.Message);
            }
        }
    }

    private async Task SweepAsync(Guid before, CancellationToken stopping)
    {
        long removed = 0;
        for (int page; ; removed += page)
        {
            await using var command = source.CreateCommand($"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE id < $1 ORDER BY id LIMIT {RowsPerStatement} FOR UPDATE SKIP LOCKED)");
            command.Parameters.Add(new NpgsqlParameter { Value = before });
            page = await command.ExecuteNonQueryAsync(stopping);
            if (page == 0)
                break;
        }
        if (removed > 0)
            LogRemoved(logger, removed, table);
    }

    [LoggerMessage(LogLevel.Information, "Removed {Count} {Table} whose time was up")]
    private static partial void LogRemoved(ILogger logger, long count, string table);

    [LoggerMessage(LogLevel.Warning, "{Table} whose time is up can't be removed now: {Reason}")]
    private static partial void LogFailed(ILogger logger, string table, string reason);
}
