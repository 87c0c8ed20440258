using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Database;
using StorageService.Objects;

namespace StorageService.Integrity;

/// <summary>
/// Reads every object once in a while and marks those whose bytes are wrong or gone, so that it is known before somebody needs
/// them. It goes through the objects in the order of their addresses, and goes on where it was after a restart.
/// </summary>
internal sealed partial class Scrubber(
    IServiceScopeFactory scopes, NpgsqlDataSource source, ObjectCheck check, ObjectMetrics metrics, DatabaseMigrator migrator,
    IOptions<IntegrityOptions> options, TimeProvider time, ILogger<Scrubber> logger) : BackgroundService
{
    private const long LockId = 0x5363_7275_6262_6572; // any constant; the same in every replica
    private const int BatchSize = 50;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrator.Completed.WaitAsync(stoppingToken);
        if (options.Value.Scrub.Every is not { } every)
            return;
        using var timer = new PeriodicTimer(every < LongestPause ? every : LongestPause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await OneReplica.WhileNoOtherAsync(source, LockId, () => ScrubAsync(every, stoppingToken), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, e);
            }
        }
    }

    /// <summary>Goes on with the pass that is under way, or begins the next one when its time has come.</summary>
    private async Task ScrubAsync(TimeSpan every, CancellationToken stopping)
    {
        var at = await ScrubProgress.ReadAsync(source, stopping) ?? ScrubProgress.Begin(time.GetUtcNow());
        if (at.EndedAt is not null)
        {
            if (time.GetUtcNow() - at.BeganAt < every)
                return;
            at = ScrubProgress.Begin(time.GetUtcNow());
        }
        while (at.EndedAt is null)
        {
            await using var scope = scopes.CreateAsyncScope();
            var batch = await scope.ServiceProvider.GetRequiredService<StorageDb>().Objects
                .FromSql($"SELECT * FROM objects WHERE (owner, sha256) > ({at.Owner}, {at.Sha256}) ORDER BY owner, sha256 LIMIT {BatchSize}").AsNoTracking().ToListAsync(stopping);
            var table = scope.ServiceProvider.GetRequiredService<ObjectTable>();
            foreach (var known in batch)
                await CheckAsync(known, table, stopping);
            at = batch.Count == 0 ? at with { EndedAt = time.GetUtcNow() } : at with { Owner = batch[^1].Owner, Sha256 = batch[^1].Sha256 };
            await at.WriteAsync(source, stopping);
        }
    }

    private async Task CheckAsync(StoredObject known, ObjectTable table, CancellationToken stopping)
    {
        var damage = await check.FindDamageAsync(known, options.Value.Scrub.BytesPerSecond, stopping);
        metrics.Scrubbed(known.Bytes);
        if (damage is null)
        {
            if (known.DamagedAt is not null)
                await table.MarkWholeAsync(known, stopping);
        }
        else if (await table.MarkDamagedAsync(known, stopping) > 0) // and not deleted or put again since it was read
        {
            metrics.Damaged("scrub");
            LogDamaged(logger, known.Key, damage);
        }
    }

    [LoggerMessage(LogLevel.Error, "Object {Key} is damaged: {What}")]
    private static partial void LogDamaged(ILogger logger, ObjectKey key, string what);

    [LoggerMessage(LogLevel.Warning, "Objects can't be checked now")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
