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
    private const int BatchSize = 50, MaxFailures = 20;
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
        var failures = 0;
        while (at.EndedAt is null)
        {
            await using var scope = scopes.CreateAsyncScope();
            var batch = await scope.ServiceProvider.GetRequiredService<StorageDb>().Objects
                .FromSql($"SELECT * FROM objects WHERE (owner, sha256) > ({at.Owner}, {at.Sha256}) ORDER BY owner, sha256 LIMIT {BatchSize}").AsNoTracking().ToListAsync(stopping);
            var table = scope.ServiceProvider.GetRequiredService<ObjectTable>();
            foreach (var known in batch)
                failures = await TryCheckAsync(known, table, stopping) ? 0 : failures + 1;
            if (failures >= MaxFailures)
                throw new IOException($"{failures} objects one after the other can't be checked; the pass goes on from before them."); // the store is away, not the objects
            at = batch.Count == 0 ? at with { EndedAt = time.GetUtcNow() } : at with { Owner = batch[^1].Owner, Sha256 = batch[^1].Sha256 };
            await at.WriteAsync(source, stopping);
        }
    }

    /// <summary>False when that was not possible now, for example without the master key of its data key. The next pass tries again.</summary>
    private async Task<bool> TryCheckAsync(StoredObject known, ObjectTable table, CancellationToken stopping)
    {
        try
        {
            await CheckAsync(known, table, stopping);
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogUnchecked(logger, known.Key, e.Message);
            return false;
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

    [LoggerMessage(LogLevel.Warning, "Object {Key} can't be checked now: {Reason}")]
    private static partial void LogUnchecked(ILogger logger, ObjectKey key, string reason);

    [LoggerMessage(LogLevel.Warning, "Objects can't be checked now")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
