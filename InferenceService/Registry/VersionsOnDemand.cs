using System.Collections.Concurrent;
using InferenceService.Models;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace InferenceService.Registry;

/// <summary>
/// Versions beside the live one. A request that names one (<c>?version=</c>) waits while it is fetched and loaded; after
/// that it stays until others are wanted more or nobody asked for a while. Requests only order; the follower loads.
/// </summary>
public sealed class VersionsOnDemand(ModelHost host, RegistryClient registry, ModelLoader loader, FollowerSignal signal, IOptions<ModelOptions> options, TimeProvider time)
{
    private const int MaxOrders = 32, MaxAttempts = 8, MaxUnknown = 1024;
    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LoadDeadline = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string Model, string Version), TaskCompletionSource> orders = [];
    private readonly ConcurrentDictionary<(string Model, string Version), long> unknown = []; // since when, so that made-up numbers don't each cost a call

    /// <summary>Returns when the version is in memory, which for the live one is at once.</summary>
    /// <param name="forService">The suite itself may name versions of models that have none live.</param>
    /// <exception cref="ProblemException">404: no such version. 409: it can't be loaded. 503: not now.</exception>
    public ValueTask EnsureAsync(string model, string? version, CancellationToken cancellation, bool forService = false)
    {
        if (version is null)
            return ValueTask.CompletedTask;
        if (host.Find(model, version) is not { } found)
            return MayBeOrdered(model, forService) ? new ValueTask(OrderAsync(model, version, forService, cancellation)) : ValueTask.CompletedTask; // what is unknown or away is said elsewhere
        found.AskedForAt = time.GetTimestamp();
        return ValueTask.CompletedTask;
    }

    /// <summary>The version that the request means, held until the lease is disposed: a swap in between waits for it.</summary>
    /// <exception cref="ProblemException">404: no such model or version. 409: it can't be loaded, or must not predict. 503: not now.</exception>
    public async ValueTask<ModelLease> LeaseAsync(string model, string? version, CancellationToken cancellation, bool forService = false)
    {
        // What was there a moment ago may be on its way out: a named version when another is promoted or asked for.
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            await EnsureAsync(model, version, cancellation, forService);
            var found = host.Find(model, version);
            if (!forService)
                found?.ThrowIfSuspended();
            if (found?.TryLease(out var lease) == true)
                return lease;
        }
        return host.Get(model, version, forService).TryLease(out var last) ? last
            : throw ProblemException.Unavailable("loading", $"'{model}' is being swapped again and again.", TimeSpan.FromSeconds(1));
    }

    /// <summary>Beside a live version; for the suite itself also where none is meant to be live. One that should be and is not was unloaded, or can't be loaded.</summary>
    private bool MayBeOrdered(string model, bool forService) =>
        host.Find(model) is not null || (forService && host.IsComplete && !host.Wanted.Contains(model));

    private async Task OrderAsync(string model, string version, bool forService, CancellationToken cancellation)
    {
        // The suite makes up no numbers: it asks for what it has just registered, which somebody else may have asked for too early.
        if (!forService && unknown.TryGetValue((model, version), out var since) && time.GetElapsedTime(since) < UnknownFor)
            throw Unknown(model, version);
        if (orders.Count >= MaxOrders)
            throw ProblemException.Unavailable("loading", "Too many versions are being loaded already.", TimeSpan.FromSeconds(5));
        var order = orders.GetOrAdd((model, version), _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        signal.Notify();
        try
        {
            await order.Task.WaitAsync(LoadDeadline, time, cancellation);
        }
        catch (TimeoutException)
        {
            throw ProblemException.Unavailable("loading", $"Version '{version}' of '{model}' is still being loaded.", TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>By the follower: loads what was asked for and tells those who wait.</summary>
    internal async Task ServeOrdersAsync(CancellationToken stopping)
    {
        foreach (var (wanted, order) in orders)
        {
            try
            {
                await LoadAsync(wanted.Model, wanted.Version, stopping);
                order.TrySetResult();
            }
            catch (Exception e)
            {
                order.TrySetException(e is HttpRequestException || e is OperationCanceledException && !stopping.IsCancellationRequested
                    ? ProblemException.Unavailable("registry-unavailable", "The registry or the storage does not answer.", TimeSpan.FromSeconds(5))
                    : e);
                _ = order.Task.Exception; // seen, should all who waited have left
            }
            finally
            {
                orders.TryRemove(wanted, out _);
            }
        }
    }

    /// <summary>By the follower: gives the memory of versions back that nobody asked for in a while.</summary>
    internal async Task LetGoIdleAsync()
    {
        foreach (var idle in host.All.Where(served => served != host.Find(served.Manifest.Name) && time.GetElapsedTime(served.AskedForAt) > options.Value.VersionIdleTime).ToArray())
            await LetGoAsync(idle);
    }

    private async Task LoadAsync(string model, string version, CancellationToken stopping)
    {
        if (host.Find(model, version) is not null)
            return; // promoted meanwhile
        if (await registry.FindAsync(model, version, stopping) is not { } wanted)
        {
            if (unknown.Count >= MaxUnknown)
                unknown.Clear();
            unknown[(model, version)] = time.GetTimestamp();
            throw Unknown(model, version);
        }
        var loaded = await loader.LoadBesideAsync(wanted, stopping);
        loaded.AskedForAt = time.GetTimestamp();
        foreach (var surplus in Beside(model).OrderByDescending(served => served.AskedForAt).Skip(Math.Max(1, options.Value.MaxVersionsPerModel - 1)).ToArray())
            await LetGoAsync(surplus);
    }

    private static ProblemException Unknown(string model, string version) =>
        new(404, "unknown-version", $"There is no version '{version}' of '{model}' to serve.") { Field = "version" };

    private IEnumerable<ServedModel> Beside(string model) => host.FindAll(model).Where(served => served != host.Find(model));

    private Task LetGoAsync(ServedModel version)
    {
        host.RemoveBeside(version);
        return loader.RetireAsync(version);
    }
}
