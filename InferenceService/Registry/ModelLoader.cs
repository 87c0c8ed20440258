using System.Diagnostics;
using InferenceService.Models;
using InferenceSuite.Contracts;
using Microsoft.Extensions.Options;
using ServiceDefaults.Http;
using ServiceDefaults.Outbox;

namespace InferenceService.Registry;

/// <summary>
/// Brings one model to the version that the registry wants: load and warm up beside the one that serves, switch,
/// drain, dispose. A version that fails to load leaves the old one serving.
/// </summary>
public sealed partial class ModelLoader(
    ModelHost host, ModelCache cache, IServiceScopeFactory scopes, InferenceMetrics metrics,
    IOptions<ModelOptions> options, ServiceIdentity identity, TimeProvider time, ILogger<ModelLoader> logger)
{
    private static readonly TimeSpan DrainDeadline = TimeSpan.FromMinutes(2);
    private readonly Dictionary<string, (string Sha256, DateTimeOffset RetryAt)> failed = [];

    /// <summary>A version that failed before may be tried again now.</summary>
    public void Forgive(string model)
    {
        lock (failed)
            failed.Remove(model);
    }

    /// <exception cref="HttpRequestException">The file can't be fetched; nothing changed.</exception>
    public async Task BringUpAsync(LiveVersion wanted, CancellationToken cancellation)
    {
        if (Serves(wanted) || FailedLately(wanted))
            return;

        var path = await cache.GetFileAsync(wanted.Sha256, cancellation);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var manifest = ModelManifest.Parse(wanted.Manifest);
            var next = ServedModel.Load(manifest, path, options.Value.IntraOpThreads ?? Environment.ProcessorCount, metrics);
            var previous = host.Replace(next);
            var loadMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            LogLoaded(logger, wanted.Model, wanted.Version, loadMs, next.MaxBatchSize);
            try
            {
                await AnnounceAsync(new ModelLoaded(wanted.Model, wanted.Version, identity.Instance, Math.Round(loadMs, 1), time.GetUtcNow()), wanted.Model, cancellation);
            }
            finally
            {
                await RetireAsync(previous);
            }
        }
        catch (Exception e) when (e is InvalidDataException or Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
        {
            lock (failed)
                failed[wanted.Model] = (wanted.Sha256, time.GetUtcNow() + options.Value.LoadRetryInterval);
            LogLoadFailed(logger, wanted.Model, wanted.Version, e.Message);
            await AnnounceAsync(new ModelLoadFailed(wanted.Model, wanted.Version, identity.Instance, e.Message, time.GetUtcNow()), wanted.Model, cancellation);
        }
    }

    public Task TakeDownAsync(string model) => RetireAsync(host.Remove(model));

    /// <summary>Waits for the requests that still hold it, so that not more than two versions are in memory; but not for ever.</summary>
    private async Task RetireAsync(ServedModel? previous)
    {
        if (previous is null)
            return;
        try
        {
            await previous.RetireAsync().WaitAsync(DrainDeadline, time);
        }
        catch (TimeoutException)
        {
            LogStillHeld(logger, previous.Manifest.Name, previous.Manifest.Version, DrainDeadline.TotalSeconds);
        }
    }

    private bool Serves(LiveVersion wanted) =>
        host.Find(wanted.Model)?.Manifest is { } now && now.Version == wanted.Version && now.Sha256 == wanted.Sha256;

    private bool FailedLately(LiveVersion wanted)
    {
        lock (failed)
            return failed.TryGetValue(wanted.Model, out var failure) && failure.Sha256 == wanted.Sha256 && failure.RetryAt > time.GetUtcNow();
    }

    private async Task AnnounceAsync<TEvent>(TEvent fact, string model, CancellationToken cancellation) where TEvent : class
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InferenceDb>();
        db.Announce(fact, model, time.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Information, "Serving {Model} version {Version}: loaded in {LoadMs:0} ms, batches of up to {MaxBatchSize}, on the CPU")]
    private static partial void LogLoaded(ILogger logger, string model, string version, double loadMs, int maxBatchSize);

    [LoggerMessage(LogLevel.Warning, "Version {Version} of {Model} is still held by a request after {Seconds} s; its memory is given back when that ends")]
    private static partial void LogStillHeld(ILogger logger, string model, string version, double seconds);

    [LoggerMessage(LogLevel.Error, "Version {Version} of {Model} can't be loaded: {Reason}")]
    private static partial void LogLoadFailed(ILogger logger, string model, string version, string reason);
}
