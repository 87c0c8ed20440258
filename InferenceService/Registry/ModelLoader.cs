using System.Diagnostics;
using InferenceService.Admission;
using InferenceService.Execution;
using InferenceService.Models;
using InferenceSuite.Contracts;
using Microsoft.Extensions.Options;
using Onnx;
using ServiceDefaults.Http;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace InferenceService.Registry;

/// <summary>
/// Brings one model to the version that the registry wants: load and warm up beside the one that serves, switch,
/// drain, dispose. A version that fails to load leaves the old one serving. Used by the follower alone.
/// </summary>
public sealed partial class ModelLoader(
    ModelHost host, ModelCache cache, ModelAdmission admission, OnnxModelFactory models, IServiceScopeFactory scopes, InferenceMetrics metrics,
    IOptions<ModelOptions> options, ServiceIdentity identity, TimeProvider time, ILogger<ModelLoader> logger)
{
    private const int MostTrials = 3; // of a version whose trial the machine may have been to blame for
    private static readonly TimeSpan DrainDeadline = TimeSpan.FromMinutes(2), FailuresCountFor = TimeSpan.FromHours(1);
    private readonly Dictionary<(string Model, string Version, string Sha256), Failure> failed = [];
    private readonly List<OutboxMessage> unannounced = [];

    /// <summary>Returns at once when the version serves already, or failed to load a while ago.</summary>
    /// <exception cref="HttpRequestException">The file can't be fetched; nothing changed.</exception>
    public async Task BringUpAsync(LiveVersion wanted, CancellationToken cancellation)
    {
        if (Serves(wanted) || FailedLately(wanted))
            return;
        if (await TryServeAsync(wanted, cancellation) || host.Find(wanted.Model) is not null)
            return;
        // Nothing serves this model yet, as after a restart: rather the version that worked here last than none.
        if (await cache.RecallWorkingAsync(wanted.Model, cancellation) is { } working && working.Sha256 != wanted.Sha256)
            await TryServeAsync(working, cancellation);
    }

    /// <summary>Puts a version beside the live one, unless it can't be loaded or failed to a while ago.</summary>
    /// <exception cref="HttpRequestException">The file can't be fetched.</exception>
    /// <exception cref="ProblemException">409: it is refused. 503: it did not load, and may another time. Says why.</exception>
    public async Task<ServedModel> LoadBesideAsync(LiveVersion wanted, CancellationToken cancellation)
    {
        if (FailedLately(wanted) || await TryLoadAsync(wanted, cancellation) is not { } loaded)
            throw failed[(wanted.Model, wanted.Version, wanted.Sha256)].ToProblem(wanted, time.GetUtcNow());
        host.AddBeside(loaded);
        return loaded;
    }

    /// <summary>Has a version that serves already do as the registry says.</summary>
    public void SuspendOrResume(LiveVersion wanted)
    {
        if (!Serves(wanted) || host.Find(wanted.Model) is not { } served || served.Suspended == wanted.Suspended)
            return;
        served.Suspended = wanted.Suspended;
        if (wanted.Suspended is { } suspended)
            LogSuspended(logger, wanted.Model, wanted.Version, suspended.Reason);
        else
            LogResumed(logger, wanted.Model, wanted.Version);
    }

    public Task TakeDownAsync(string model) => Task.WhenAll(host.Remove(model).Select(RetireAsync));

    /// <summary>False when the version can't be loaded.</summary>
    private async Task<bool> TryServeAsync(LiveVersion wanted, CancellationToken cancellation)
    {
        // One that is in memory already, because somebody asked for it by number, only changes its place.
        if ((InMemory(wanted) ?? await TryLoadAsync(wanted, cancellation)) is not { } next)
            return false;
        next.Suspended = wanted.Suspended;
        if (host.Replace(next) is { } previous)
            await RetireAsync(previous);
        await cache.RememberWorkingAsync(wanted, cancellation);
        return true;
    }

    /// <summary>Gives the outbox what happened since; again and again until the database takes it.</summary>
    public async Task AnnounceAsync(CancellationToken cancellation)
    {
        if (unannounced.Count == 0)
            return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InferenceDb>();
        db.AddRange(unannounced);
        await db.SaveChangesAsync(cancellation);
        unannounced.Clear();
    }

    private async Task<ServedModel?> TryLoadAsync(LiveVersion wanted, CancellationToken cancellation)
    {
        var path = await cache.GetFileAsync(wanted.Sha256, cancellation);
        var started = Stopwatch.GetTimestamp();
        if (await TryLoadAsync(wanted, path, cancellation) is not { } loaded)
            return null;
        var loadMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        LogLoaded(logger, wanted.Model, wanted.Version, loadMs);
        Announce(wanted.Model, new ModelLoaded(wanted.Model, wanted.Version, identity.Instance, Math.Round(loadMs, 1), time.GetUtcNow()));
        return loaded;
    }

    private async Task<ServedModel?> TryLoadAsync(LiveVersion wanted, string path, CancellationToken cancellation)
    {
        try
        {
            var manifest = ModelManifest.Parse(wanted.Manifest);
            await admission.AdmitAsync(manifest, path, cancellation);
            var loaded = ServedModel.Load(manifest, path, models, metrics);
            failed.Remove((wanted.Model, wanted.Version, wanted.Sha256));
            return loaded;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // Whatever a package can do wrong, it is that package's failure and nobody else's.
            var (version, now) = ((wanted.Model, wanted.Version, wanted.Sha256), time.GetUtcNow());
            foreach (var over in failed.Where(entry => entry.Value.RetryAt + FailuresCountFor <= now).Select(entry => entry.Key).ToArray())
                failed.Remove(over);
            var trials = e is ModelRefusedException { MayPass: true } ? failed.GetValueOrDefault(version)?.Trials + 1 ?? 1 : 0;
            var refused = e is ModelRefusedException { MayPass: false } or InvalidDataException || trials >= MostTrials;
            var failure = failed[version] = new Failure(trials < MostTrials ? e.Message : $"{e.Message} It was tried {trials} times.", refused, trials, now + options.Value.LoadRetryInterval);
            LogLoadFailed(logger, wanted.Model, wanted.Version, failure.Reason);
            Announce(wanted.Model, new ModelLoadFailed(wanted.Model, wanted.Version, identity.Instance, failure.Reason, now, refused));
            return null;
        }
    }

    /// <summary>Waits for the requests that still hold it, so that not more than two versions are in memory; but not for ever.</summary>
    public async Task RetireAsync(ServedModel previous)
    {
        try
        {
            await previous.RetireAsync().WaitAsync(DrainDeadline, time);
        }
        catch (TimeoutException)
        {
            LogStillHeld(logger, previous.Manifest.Name, previous.Manifest.Version, DrainDeadline.TotalSeconds);
        }
    }

    private ServedModel? InMemory(LiveVersion wanted) =>
        host.Find(wanted.Model, wanted.Version) is { } found && found.Manifest.Sha256 == wanted.Sha256 ? found : null;

    private bool Serves(LiveVersion wanted) =>
        host.Find(wanted.Model)?.Manifest is { } now && now.Version == wanted.Version && now.Sha256 == wanted.Sha256;

    private bool FailedLately(LiveVersion wanted) =>
        failed.TryGetValue((wanted.Model, wanted.Version, wanted.Sha256), out var failure) && failure.RetryAt > time.GetUtcNow();

    private void Announce<TEvent>(string model, TEvent fact) where TEvent : class => unannounced.Add(OutboxMessage.From(fact, model, time.GetUtcNow()));

    /// <param name="Refused">By admission: it never loads.</param>
    /// <param name="Trials">One after the other that took too long or were killed.</param>
    private sealed record Failure(string Reason, bool Refused, int Trials, DateTimeOffset RetryAt)
    {
        public ProblemException ToProblem(LiveVersion version, DateTimeOffset now) => Refused
            ? new(StatusCodes.Status409Conflict, "version-not-loadable", $"Version '{version.Version}' of '{version.Model}' can't be loaded: {Reason}") { Field = "version" }
            : ProblemException.Unavailable("version-not-loaded", $"Version '{version.Version}' of '{version.Model}' did not load this time: {Reason}", TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling((RetryAt - now).TotalSeconds))));
    }

    [LoggerMessage(LogLevel.Information, "Serving {Model} version {Version}: loaded in {LoadMs:0} ms")]
    private static partial void LogLoaded(ILogger logger, string model, string version, double loadMs);

    [LoggerMessage(LogLevel.Warning, "Version {Version} of {Model} is still held by a request after {Seconds} s; its memory is given back when that ends")]
    private static partial void LogStillHeld(ILogger logger, string model, string version, double seconds);

    [LoggerMessage(LogLevel.Warning, "Version {Version} of {Model} does not predict for now: {Reason}")]
    private static partial void LogSuspended(ILogger logger, string model, string version, string reason);

    [LoggerMessage(LogLevel.Information, "Version {Version} of {Model} predicts again")]
    private static partial void LogResumed(ILogger logger, string model, string version);

    [LoggerMessage(LogLevel.Error, "Version {Version} of {Model} can't be loaded: {Reason}")]
    private static partial void LogLoadFailed(ILogger logger, string model, string version, string reason);
}
