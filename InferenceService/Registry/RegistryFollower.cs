using System.Collections.Frozen;
using System.Text.Json;
using InferenceService.Models;
using InferenceService.OpenInference.Repository;
using Microsoft.Extensions.Options;
using ServiceDefaults.Database;

namespace InferenceService.Registry;

/// <summary>
/// Keeps what serves equal to what the registry says: at start, at every promotion, and now and then. When the registry
/// is away at start, the last remembered answer serves.
/// </summary>
public sealed partial class RegistryFollower(
    RegistryClient registry, ModelCache cache, ModelLoader loader, ModelHost host, VersionsOnDemand onDemand, Residency residency,
    FollowerSignal signal, DatabaseMigrator migrator, IOptions<ModelOptions> options, TimeProvider time, ILogger<RegistryFollower> logger) : BackgroundService
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>True once every wanted model was tried and at least one serves, or none is wanted.</summary>
    public bool HasSynced { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping); // loading announces facts through the outbox
        while (!stopping.IsCancellationRequested)
        {
            var orders = residency.TakeOrders();
            var complete = await FollowAsync(orders.Count > 0, stopping);
            foreach (var order in orders)
                order.TrySetResult();
            await signal.WaitAsync(complete ? options.Value.ResyncInterval : RetryInterval, time, stopping);
        }
    }

    private async Task<bool> FollowAsync(bool ordered, CancellationToken stopping)
    {
        var (live, fromRegistry) = await AskAsync(stopping);
        if (live is null && ordered && HasSynced)
            live = residency.Wanted; // what it said last will do for who wants memory back
        if (live is null)
        {
            await onDemand.ServeOrdersAsync(stopping); // who waits hears that the registry is away
            return false;
        }
        host.Owners = live.Where(version => version.Owner is not null).ToFrozenDictionary(version => version.Model, version => version.Owner!);
        host.Wanted = live.Select(version => version.Model).ToFrozenSet();
        foreach (var version in live)
            loader.SuspendOrResume(version); // before anything is loaded, which takes its time
        var complete = await SyncAsync(residency.Resident(live), stopping);
        HasSynced |= live.Length == 0 || host.Live.Any();
        host.IsComplete = HasSynced;
        if (fromRegistry)
            await TidyAsync(live, stopping); // whatever else could not be done: what nobody needs may be what somebody had erased
        return complete && fromRegistry;
    }

    /// <summary>The registry's answer; while it is away and nothing serves yet, the one it gave last.</summary>
    private async Task<(LiveVersion[]? Live, bool FromRegistry)> AskAsync(CancellationToken stopping)
    {
        try
        {
            var live = await registry.GetLiveAsync(stopping);
            await RememberAsync(live, stopping);
            return (live, true);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogAway(logger, e.Message);
        }
        if (HasSynced)
            return (null, false);
        try
        {
            return (await cache.RecallAsync(stopping), false);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            LogUnreadable(logger, e.Message);
            return (null, false);
        }
    }

    /// <summary>A disk that is full is no reason not to follow.</summary>
    private async Task RememberAsync(LiveVersion[] live, CancellationToken stopping)
    {
        try
        {
            await cache.RememberAsync(live, stopping);
        }
        catch (IOException e)
        {
            LogNotRemembered(logger, e.Message);
        }
    }

    /// <summary>Here, where nothing is being loaded.</summary>
    private async Task TidyAsync(LiveVersion[] live, CancellationToken stopping)
    {
        try
        {
            await cache.RemoveUnneededAsync(live, host.All.Select(served => served.Manifest.Sha256), stopping);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            LogNotTidied(logger, e.Message);
        }
    }

    /// <summary>One step at a time, each of which may fail without keeping the others back. True when all went well.</summary>
    private async Task<bool> SyncAsync(LiveVersion[] live, CancellationToken stopping)
    {
        var steps = live.Select(wanted => (Func<Task>)(() => loader.BringUpAsync(wanted, stopping)))
            .Concat(host.Live.Where(served => live.All(wanted => wanted.Model != served.Manifest.Name))
                .Select(served => (Func<Task>)(() => loader.TakeDownAsync(served.Manifest.Name))))
            .Append(() => onDemand.ServeOrdersAsync(stopping))
            .Append(onDemand.LetGoIdleAsync)
            .Append(() => loader.AnnounceAsync(stopping));
        var complete = true;
        foreach (var step in steps.ToArray())
        {
            try
            {
                await step();
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogIncomplete(logger, e.Message);
                complete = false;
            }
        }
        return complete;
    }

    [LoggerMessage(LogLevel.Warning, "The registry does not answer: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "The registry's answer can't be remembered: {Reason}")]
    private static partial void LogNotRemembered(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "The registry's last answer can't be read: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Files of models that do not serve any more can't be removed from the cache: {Reason}")]
    private static partial void LogNotTidied(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Not everything that should serve does yet: {Reason}")]
    private static partial void LogIncomplete(ILogger logger, string reason);
}
