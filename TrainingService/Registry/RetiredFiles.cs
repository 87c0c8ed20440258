using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;

namespace TrainingService.Registry;

/// <summary>Removes the files of models that were retired because their owner was erased, and files that no version came for, once StorageService can be asked to.</summary>
internal sealed partial class RetiredFiles(DatabaseMigrator migrator, IServiceScopeFactory scopes, TimeProvider time, ILogger<RetiredFiles> logger) : BackgroundService
{
    private const int AtOnce = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RemoveAsync(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested && (e is HttpRequestException or OperationCanceledException || e.IsDatabaseAway()))
            {
                LogLater(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    /// <summary>Each file of a retired model, unless a model that is not retired has the same. Afterwards its versions have none: 0 bytes.</summary>
    public async Task RemoveAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, files) = (scope.ServiceProvider.GetRequiredService<TrainingDb>(), scope.ServiceProvider.GetRequiredService<ModelFiles>());
        var retired = db.Versions.Where(v => v.Bytes > 0 && db.Models.Any(m => m.Name == v.Model && m.RetiredAt != null));
        var left = await retired.Select(v => v.Sha256).Distinct().Take(AtOnce).ToListAsync(stopping);
        foreach (var sha256 in left)
        {
            if (!await db.Versions.AnyAsync(v => v.Sha256 == sha256 && db.Models.Any(m => m.Name == v.Model && m.RetiredAt == null), stopping))
                await files.RemoveAsync(sha256, stopping);
            await retired.Where(v => v.Sha256 == sha256).ExecuteUpdateAsync(v => v.SetProperty(version => version.Bytes, 0), stopping);
        }
        var strays = scope.ServiceProvider.GetRequiredService<NewModelFiles>();
        for (var i = 0; i < AtOnce && await strays.RemoveOneAsync(stopping); i++)
        {
        }
    }

    [LoggerMessage(LogLevel.Warning, "Files of models that are not needed any more are removed later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
