using Microsoft.Extensions.Options;
using ServiceDefaults.Database;

namespace StorageService.Objects;

/// <summary>
/// Removes objects whose time is up, one by one as a DELETE would. Any number of replicas may do it at once. What fails is
/// tried again at the next sweep; a store that fails again and again is left alone until then.
/// </summary>
internal sealed partial class ExpirySweeper(
    IServiceScopeFactory scopes,
    DatabaseMigrator migrator,
    IOptions<ObjectOptions> options,
    TimeProvider time,
    ILogger<ExpirySweeper> logger) : BackgroundService
{
    private const int BatchSize = 100, FailuresToStop = 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrator.Completed.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.SweepEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogSweepFailed(logger, e);
            }
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        int removed = 0, failed = 0;
        while (failed < FailuresToStop)
        {
            await using var scope = scopes.CreateAsyncScope();
            var table = scope.ServiceProvider.GetRequiredService<ObjectTable>();
            var batch = await table.ExpiredAsync(skip: failed, BatchSize, stopping);
            if (batch.Count == 0)
                break;
            foreach (var key in batch.TakeWhile(_ => failed < FailuresToStop))
            {
                try
                {
                    if (await table.RemoveIfExpiredAsync(key, stopping))
                        removed++;
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    failed++;
                    LogNotRemoved(logger, e, key);
                }
            }
        }
        if (removed > 0)
            LogRemoved(logger, removed);
    }

    [LoggerMessage(LogLevel.Information, "Removed {Count} objects whose time was up")]
    private static partial void LogRemoved(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Object {Key} can't be removed now, though its time is up")]
    private static partial void LogNotRemoved(ILogger logger, Exception error, ObjectKey key);

    [LoggerMessage(LogLevel.Warning, "Objects whose time is up can't be looked for now")]
    private static partial void LogSweepFailed(ILogger logger, Exception error);
}
