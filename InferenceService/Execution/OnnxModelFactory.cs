using System.Diagnostics;
using System.Runtime.ExceptionServices;
using InferenceService.Models;
using Microsoft.Extensions.Options;

namespace InferenceService.Execution;

/// <summary>Loads model files: chooses the provider once, then per model the settings, and hands it out warm.</summary>
public sealed partial class OnnxModelFactory(IOptions<ModelOptions> options, ILogger<OnnxModelFactory> logger)
{
    private readonly ExecutionOptions execution = options.Value.Execution;
    private readonly TuningCache cache = new(options.Value.CachePath, logger);
    private readonly Lock choosing = new();
    private ExecutionProvider? provider;

    /// <param name="itemShape">Shape of one item of the only input, for images and rows; null takes every input from the graph.</param>
    /// <exception cref="InvalidDataException">The graph does not take or give what the manifest says, or does not run.</exception>
    /// <exception cref="InvalidOperationException">CUDA is demanded and can't be had.</exception>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">ONNX Runtime can't load the file.</exception>
    public OnnxModel Load(ModelManifest manifest, string path, int[]? itemShape = null)
    {
        var where = Provider();
        var sessions = new SessionFactory(path, manifest, itemShape, where);
        // ONNX Runtime makes the thread that opens the first session flush denormals for ever: not one of the pool's.
        return OnOwnThread(() => Load(manifest, itemShape, where, sessions));
    }

    private ExecutionProvider Provider()
    {
        lock (choosing)
        {
            if (provider is null)
            {
                provider = ExecutionProvider.Choose(execution);
                LogProvider(logger, provider.Name, provider.Reason);
            }
            return provider;
        }
    }

    private OnnxModel Load(ModelManifest manifest, int[]? itemShape, ExecutionProvider where, SessionFactory sessions)
    {
        var settings = SettingsFor(manifest, itemShape, where, sessions);
        var session = sessions.Open(settings.IntraOpThreads);
        settings = settings with { MaxBatchSize = Math.Min(settings.MaxBatchSize, session.Signature.MaxBatchSize) };
        var model = new OnnxModel(session, settings);
        LogSettings(logger, manifest.Name, manifest.Version, where.Name, settings.Slots, settings.IntraOpThreads, settings.MaxBatchSize, settings.Source);
        return model;
    }

    private ExecutionSettings SettingsFor(ModelManifest manifest, int[]? itemShape, ExecutionProvider where, SessionFactory sessions)
    {
        var limit = manifest.Batching.MaxBatchSize;
        var unmeasured = TuningPlan.Unmeasured(execution, Environment.ProcessorCount, where.IsCpu, limit);
        if (!execution.Tune)
            return unmeasured;
        var key = TuningKey.For(manifest.Sha256, itemShape, limit, where, execution);
        return cache.Find(key) ?? Measure(key, unmeasured, where, sessions);
    }

    private ExecutionSettings Measure(TuningKey key, ExecutionSettings unmeasured, ExecutionProvider where, SessionFactory sessions)
    {
        ModelSignature signature;
        using (var session = sessions.Open(unmeasured.IntraOpThreads))
            signature = session.Signature;
        var splits = TuningPlan.Splits(execution, Environment.ProcessorCount, where.IsCpu);
        var batchSizes = TuningPlan.BatchSizes(execution, signature.MaxBatchSize);
        if (signature.FixedShape is null || (splits.Count == 1 && batchSizes.Count == 1))
            return unmeasured; // callers choose the shape, or settings leave no choice

        var started = Stopwatch.GetTimestamp();
        var measurements = new ExecutionTuner(sessions, execution.TuneBudget).Measure(splits, batchSizes);
        var best = TuningChoice.Best(measurements);
        cache.Remember(key, best, measurements);
        LogMeasured(logger, measurements.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds, best.ItemsPerSecond, best.BatchMilliseconds);
        return new ExecutionSettings(best.Slots, best.IntraOpThreads, best.BatchSize, SettingsSource.Measured);
    }

    private static T OnOwnThread<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }) { IsBackground = true, Name = "load model" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    [LoggerMessage(LogLevel.Information, "Models run on {Provider}: {Reason}")]
    private static partial void LogProvider(ILogger logger, string provider, string reason);

    [LoggerMessage(LogLevel.Information, "Measured {Count} ways to run it in {MeasureMs:0} ms; the best gives {ItemsPerSecond:0} items/s at {BatchMs:0.00} ms a batch")]
    private static partial void LogMeasured(ILogger logger, int count, double measureMs, double itemsPerSecond, double batchMs);

    [LoggerMessage(LogLevel.Information, "{Model} version {Version} on {Provider}: {Slots} at once, {IntraOpThreads} threads, batches of up to {MaxBatchSize} ({Source})")]
    private static partial void LogSettings(
        ILogger logger, string model, string version, string provider, int slots, int intraOpThreads, int maxBatchSize, SettingsSource source);
}
