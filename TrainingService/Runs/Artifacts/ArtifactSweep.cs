using Microsoft.Extensions.Options;
using ServiceDefaults.Database;

namespace TrainingService.Runs.Artifacts;

/// <summary>Removes the files of runs that went with their data set.</summary>
internal sealed partial class ArtifactSweep(
    DatabaseMigrator migrator, IServiceScopeFactory scopes, IOptions<RunOptions> options, TimeProvider time, ILogger<ArtifactSweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(options.Value.SweepEvery, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                while (await RemoveOneAsync(stopping))
                {
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested && (e is HttpRequestException or TaskCanceledException || e.IsDatabaseAway()))
            {
                LogLater(logger, e.Message);
            }
        }
    }

    private async Task<bool> RemoveOneAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RunArtifacts>().RemoveOneAsync(stopping);
    }

    [LoggerMessage(LogLevel.Warning, "Files of runs that are gone are removed later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
