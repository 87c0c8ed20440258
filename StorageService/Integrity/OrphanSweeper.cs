using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Database;
using StorageService.Backends;
using StorageService.Objects;

namespace StorageService.Integrity;

/// <summary>
/// Removes what a crash left: bytes that no row speaks of, and uploads that nobody goes on with. It walks through the store a
/// page at a time.
/// </summary>
internal sealed partial class OrphanSweeper(
    NpgsqlDataSource source, IObjectStore store, OrphanRemoval orphans, ObjectMetrics metrics, DatabaseMigrator migrator,
    IOptions<IntegrityOptions> options, TimeProvider time, ILogger<OrphanSweeper> logger) : BackgroundService
{
    private const long LockId = 0x4f72_7068_616e_7321; // any constant; the same in every replica
    private const int PageSize = 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrator.Completed.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.Orphans.SweepEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await OneReplica.WhileNoOtherAsync(source, LockId, () => SweepAsync(stoppingToken), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, e); // and tried again at the next sweep
            }
        }
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        var before = time.GetUtcNow() - options.Value.Orphans.Grace;
        var uploads = await store.RemoveAbandonedAsync(before, stopping);
        var removed = 0;
        var page = new List<BlobName>(PageSize);
        await foreach (var blob in store.ListAsync(owner: null, stopping))
        {
            if (blob.WrittenAt > before)
                continue;
            page.Add(blob.Name);
            if (page.Count == PageSize)
                removed += await RemoveOrphansAsync(page, stopping);
        }
        removed += await RemoveOrphansAsync(page, stopping);
        metrics.OrphansRemoved(removed);
        if (removed + uploads > 0)
            LogRemoved(logger, removed, uploads);
    }

    /// <summary>Of a page, those that no row speaks of. Empties the page.</summary>
    private async Task<int> RemoveOrphansAsync(List<BlobName> page, CancellationToken stopping)
    {
        var suspects = new List<BlobName>();
        await using (var query = source.CreateCommand(
            """
            SELECT n.i FROM unnest($1, $2, $3) WITH ORDINALITY AS n(owner, sha256, encrypted, i)
            LEFT JOIN objects o ON o.owner = n.owner AND o.sha256 = n.sha256 AND (o.key_id IS NOT NULL) = n.encrypted
            WHERE o.owner IS NULL
            """))
        {
            query.Parameters.Add(new() { Value = page.ConvertAll(name => name.Owner) });
            query.Parameters.Add(new() { Value = page.ConvertAll(name => name.Key.Sha256) });
            query.Parameters.Add(new() { Value = page.ConvertAll(name => name.Encrypted) });
            await using var row = await query.ExecuteReaderAsync(stopping);
            while (await row.ReadAsync(stopping))
                suspects.Add(page[(int)row.GetInt64(0) - 1]);
        }
        page.Clear();
        var removed = 0;
        foreach (var suspect in suspects)
            removed += await orphans.RemoveAsync(suspect, stopping) ? 1 : 0; // which looks again, with the address locked
        return removed;
    }

    [LoggerMessage(LogLevel.Information, "Removed what a crash had left: {Count} contents without a row, {Uploads} uploads")]
    private static partial void LogRemoved(ILogger logger, int count, int uploads);

    [LoggerMessage(LogLevel.Warning, "What crashes may have left can't be removed now")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
