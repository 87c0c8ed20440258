using System.Security.Cryptography;
using Npgsql;
using ServiceDefaults.Database;

namespace StorageService.Encryption;

/// <summary>
/// Wraps data keys again that an older master key wrapped; objects stay as they are. Looks at the start and every hour, for a
/// replica that has not heard of the new key may have made one more meanwhile.
/// </summary>
internal sealed partial class KeyRotation(
    NpgsqlDataSource source, MasterKeys masters, DatabaseMigrator migrator, TimeProvider time, ILogger<KeyRotation> logger) : BackgroundService
{
    private const int BatchSize = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrator.Completed.WaitAsync(stoppingToken);
        if (masters.Current is not { } master)
            return;
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RotateAsync(master, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RotateAsync(MasterKey master, CancellationToken stopping)
    {
        var (rewrapped, last) = (0, Guid.Empty);
        while (await ReadAsync(master, last, stopping) is { Count: > 0 } batch)
        {
            foreach (var (id, owner, by, wrapped) in batch)
            {
                last = id;
                byte[] again;
                try
                {
                    again = master.Wrap(masters.Find(by)!.Unwrap(wrapped, id, owner), id, owner);
                }
                catch (CryptographicException e)
                {
                    LogUnwrappable(logger, id, e); // the others are no worse for it
                    continue;
                }
                await using var update = source.CreateCommand("UPDATE data_keys SET master_key = $1, wrapped = $2 WHERE id = $3 AND master_key = $4");
                foreach (var value in new object[] { master.Id, again, id, by })
                    update.Parameters.Add(new() { Value = value });
                rewrapped += await update.ExecuteNonQueryAsync(stopping);
            }
        }
        if (rewrapped > 0)
            LogRewrapped(logger, rewrapped, master.Id);
    }

    /// <summary>Of those that can be unwrapped; the health check speaks of the others.</summary>
    private async Task<List<(Guid Id, string Owner, string By, byte[] Wrapped)>> ReadAsync(MasterKey master, Guid after, CancellationToken stopping)
    {
        var batch = new List<(Guid, string, string, byte[])>();
        await using var query = source.CreateCommand(
            $"SELECT id, owner, master_key, wrapped FROM data_keys WHERE master_key = ANY($1) AND id > $2 ORDER BY id LIMIT {BatchSize}");
        query.Parameters.Add(new() { Value = masters.Ids.Where(id => id != master.Id).ToArray() });
        query.Parameters.Add(new() { Value = after });
        await using var row = await query.ExecuteReaderAsync(stopping);
        while (await row.ReadAsync(stopping))
            batch.Add((row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3)));
        return batch;
    }

    [LoggerMessage(LogLevel.Information, "{Count} data keys are wrapped by the master key {MasterKey} now")]
    private static partial void LogRewrapped(ILogger logger, int count, string masterKey);

    [LoggerMessage(LogLevel.Error, "The data key {Id} can't be unwrapped")]
    private static partial void LogUnwrappable(ILogger logger, Guid id, Exception error);

    [LoggerMessage(LogLevel.Error, "Data keys can't be wrapped again now")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
