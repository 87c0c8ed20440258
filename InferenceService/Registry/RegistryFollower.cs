using System.Threading.Channels;
using InferenceService.Models;
using Microsoft.Extensions.Options;
using ServiceDefaults.Database;

namespace InferenceService.Registry;

/// <summary>
/// Keeps what serves equal to what the registry says: at start, at every promotion, and now and then. When the registry
/// is away at start, the last remembered answer serves.
/// </summary>
public sealed partial class RegistryFollower(
    RegistryClient registry, ModelCache cache, ModelLoader loader, ModelHost host, DatabaseMigrator migrator,
    IOptions<ModelOptions> options, TimeProvider time, ILogger<RegistryFollower> logger) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);
    private readonly Channel<bool> wakeUps = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>True once the wanted models were brought up, from the registry or from memory.</summary>
    public bool HasSynced { get; private set; }

    /// <summary>A promotion happened: look now.</summary>
    public void WakeUp(string model)
    {
        loader.Forgive(model);
        wakeUps.Writer.TryWrite(true);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping); // loading announces facts through the outbox
        while (!stopping.IsCancellationRequested)
        {
            var synced = await TrySyncAsync(stopping);
            await WaitAsync(synced ? options.Value.ResyncInterval : RetryInterval, stopping);
        }
    }

    private async Task<bool> TrySyncAsync(CancellationToken stopping)
    {
        try
        {
            var live = await registry.GetLiveAsync(stopping);
            await SyncAsync(live, stopping);
            await cache.RememberAsync(live, stopping);
            HasSynced = true;
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // Registry, storage, disk or database: whichever is away, what serves goes on and the next round tries again.
            LogSyncFailed(logger, e.Message);
            if (!HasSynced)
                await TryServeFromMemoryAsync(stopping);
            return false;
        }
    }

    private async Task TryServeFromMemoryAsync(CancellationToken stopping)
    {
        try
        {
            if (await cache.RecallAsync(stopping) is not { } remembered)
                return;
            await SyncAsync(remembered, stopping);
            HasSynced = true;
            LogFromMemory(logger, remembered.Length);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogSyncFailed(logger, e.Message);
        }
    }

    private async Task SyncAsync(LiveVersion[] live, CancellationToken stopping)
    {
        var failures = new List<Exception>();
        foreach (var wanted in live)
        {
            try
            {
                await loader.BringUpAsync(wanted, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                failures.Add(e); // a model whose file can't be fetched now must not keep the others from serving
            }
        }
        foreach (var served in host.All.Where(served => live.All(wanted => wanted.Model != served.Manifest.Name)))
            await loader.TakeDownAsync(served.Manifest.Name);
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }

    private async Task WaitAsync(TimeSpan atMost, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await wakeUps.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    [LoggerMessage(LogLevel.Warning, "Can't follow the registry now: {Reason}")]
    private static partial void LogSyncFailed(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "The registry is away; serving the {Count} models of its last answer")]
    private static partial void LogFromMemory(ILogger logger, int count);
}
