using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using ServiceDefaults.Database;
using ServiceDefaults.Http;

namespace ServiceDefaults.Outbox;

/// <summary>
/// Publishes the outbox: at least once, in order per subject. One pump per database works at a time, the one that
/// holds the advisory lock; it reads, publishes, waits for the confirms and deletes over the very connection that holds
/// the lock, so a pump that lost its lock can't delete anything any more.
/// </summary>
internal sealed partial class OutboxPump(
    NpgsqlDataSource source,
    DatabaseMigrator migrator,
    IServiceProvider services,
    ServiceIdentity identity,
    OutboxSignal signal,
    OutboxMetrics metrics,
    TimeProvider time,
    ILogger<OutboxPump> logger) : BackgroundService
{
    private const long LockId = 0x5175_6974_654F_7574;
    private const int PageSize = 256; // bounds what is outstanding at the broker
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20); // under load: events that come meanwhile share a page, a confirm and a delete
    private static readonly TimeSpan LockRetryInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ConfirmDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        for (var delay = TimeSpan.FromMilliseconds(250); ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
        {
            try
            {
                await PumpWhileLeaderAsync(() => delay = TimeSpan.FromMilliseconds(250), stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // Broker or database away: the rows wait, nothing is lost.
                LogInterrupted(logger, e.GetType().Name, e.Message, delay.TotalSeconds);
            }
            await Task.Delay(delay, time, stopping);
        }
    }

    private async Task PumpWhileLeaderAsync(Action madeProgress, CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        while (!await SessionLock.TryTakeAsync(connection, LockId, stopping))
            await Task.Delay(LockRetryInterval, time, stopping);

        try
        {
            await PumpAsync(connection, madeProgress, stopping);
        }
        finally
        {
            await SessionLock.ReleaseAsync(connection, LockId);
        }
    }

    private async Task PumpAsync(NpgsqlConnection connection, Action madeProgress, CancellationToken stopping)
    {
        // Resolved here, not in the constructor: connecting fails while the broker is away.
        await using var publisher = await EventPublisher.OpenAsync(services.GetRequiredService<IConnection>(), identity, stopping);
        LogLeading(logger);
        while (true)
        {
            var page = await ReadPageAsync(connection, stopping);
            if (page.Count > 0)
                await PublishPageAsync(connection, publisher, page, stopping);
            madeProgress();
            if (page.Count == PageSize)
                continue;
            if (page.Count > 0)
                await Task.Delay(Pause, time, stopping);
            await signal.WaitAsync(PollInterval, time, stopping);
        }
    }

    private async Task PublishPageAsync(NpgsqlConnection connection, EventPublisher publisher, List<OutboxMessage> page, CancellationToken stopping)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(ConfirmDeadline);
        var confirms = page.ConvertAll(message => publisher.PublishAsync(message, deadline.Token));
        await ((Task)Task.WhenAll(confirms)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var confirmed = OutboxPage.Confirmed(page, i => confirms[i].IsCompletedSuccessfully);
        await DeleteAsync(connection, confirmed, CancellationToken.None);
        var now = time.GetUtcNow();
        foreach (var message in confirmed)
            metrics.Published(message, now);
        await Task.WhenAll(confirms); // a failure surfaces after what succeeded is put away
    }

    private static async Task<List<OutboxMessage>> ReadPageAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT seq, id, type, subject, body, trace_parent, time FROM outbox ORDER BY seq LIMIT {PageSize}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var page = new List<OutboxMessage>();
        while (await reader.ReadAsync(cancellation))
        {
            page.Add(new OutboxMessage(
                reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6)) { Seq = reader.GetInt64(0) });
        }
        return page;
    }

    private static async Task DeleteAsync(NpgsqlConnection connection, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
            return;
        await using var command = new NpgsqlCommand("DELETE FROM outbox WHERE seq = ANY($1)", connection)
        {
            Parameters = { new() { Value = messages.Select(m => m.Seq).ToArray() } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Information, "Publishing the outbox of this database")]
    private static partial void LogLeading(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Outbox interrupted by {Error}: {Reason}. Next try in {Delay} s")]
    private static partial void LogInterrupted(ILogger logger, string error, string reason, double delay);
}
