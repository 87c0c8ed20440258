using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using System.Text.Json;
using InferenceService.Batching;
using InferenceService.Execution;
using InferenceService.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Onnx;

namespace InferenceService.Admission;

/// <summary>Looks at a model, loads it the way the service does, and runs a full batch of made-up items.</summary>
internal static class TrialRun
{
    /// <summary>Never throws: whatever goes wrong is the reason for a refusal.</summary>
    public static Trial Run(string manifestPath, string modelPath, TrialSettings settings)
    {
        try
        {
            var manifest = ModelManifest.Parse(JsonElement.Parse(File.ReadAllBytes(manifestPath)));
            var facts = ModelInspector.Inspect(modelPath, settings.Limits);
            CheckBatch(manifest, settings.Limits);
            return LoadAndRun(manifest, modelPath, settings.IntraOpThreads) with { Facts = facts };
        }
        catch (Exception e)
        {
            return new Trial(IsOutOfMemory(e) ? $"It needs more memory than MemoryLimitBytes allows ({settings.Limits.MemoryLimitBytes >> 20} MiB): {e.Message}" : e.Message);
        }
    }

    private static Trial LoadAndRun(ModelManifest manifest, string modelPath, int threads)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var started = Stopwatch.GetTimestamp();
        // On the CPU and unmeasured: the trial is about what the model does, not about how fast.
        var models = new OnnxModelFactory(Options.Create(new ModelOptions
        {
            CachePath = Path.GetTempPath(),
            Execution = new ExecutionOptions { Provider = ProviderChoice.Cpu, Tune = false, Slots = 1, IntraOpThreads = threads },
        }), NullLogger<OnnxModelFactory>.Instance);
        var model = ServedModel.Load(manifest, modelPath, models, new InferenceMetrics(services.GetRequiredService<IMeterFactory>(), new ModelHost()));
        var loaded = Stopwatch.GetTimestamp();
        var batchSize = Math.Min(model.MaxBatchSize, manifest.Batching.MaxQueueLength);
        RunBatch(model, batchSize);
        return new Trial(null, null, batchSize, Ms(started, loaded), Ms(loaded, Stopwatch.GetTimestamp()));
    }

    // Taken in together, the items leave the queue as one batch.
    private static void RunBatch(ServedModel model, int batchSize)
    {
        if (model.Shape is not { } shape)
            return; // callers choose the shape, and no other is sure to be one that the model takes
        var items = Enumerable.Range(0, batchSize).Select(index =>
        {
            var input = ArrayPool<byte>.Shared.Rent(ItemBytes(shape));
            input.AsSpan().Clear();
            if (!model.Manifest.TakesTensors)
                SampleItem.Write(model.Manifest, index, MemoryMarshal.Cast<byte, float>(input.AsSpan(0, model.ItemBytes)));
            return new WorkItem(shape, input, "admission", Priority.Interactive, CancellationToken.None);
        }).ToArray();
        model.TryEnqueue(items);
        try
        {
            Task.WhenAll(items.Select(item => item.Completion)).GetAwaiter().GetResult();
        }
        catch (ModelExecutionException e)
        {
            throw new InvalidDataException($"It loads, but can't run its sample: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private static int ItemBytes(ItemShape shape) => checked((int)Enumerable.Range(0, shape.InputCount).Sum(shape.ByteLength));

    /// <summary>Before any of it is allocated.</summary>
    private static void CheckBatch(ModelManifest manifest, AdmissionOptions limits)
    {
        var item = manifest.TakesImages ? 3L * manifest.Input.Width * manifest.Input.Height : manifest.Columns.Count;
        var bytes = item * sizeof(float) * manifest.Batching.MaxBatchSize;
        if (bytes > limits.MaxTensorBytes)
            throw new ModelRefusedException($"model.json: the input of batching.maxBatchSize items has {bytes >> 20} MiB; MaxTensorBytes allows {limits.MaxTensorBytes >> 20} MiB.");
    }

    // ONNX Runtime tells only in words.
    private static bool IsOutOfMemory(Exception e) =>
        e is OutOfMemoryException || e.Message.Contains("bad_alloc", StringComparison.Ordinal) || e.Message.Contains("allocate memory", StringComparison.Ordinal)
        || (e.InnerException is { } inner && IsOutOfMemory(inner));

    private static double Ms(long from, long to) => Math.Round(Stopwatch.GetElapsedTime(from, to).TotalMilliseconds, 1);
}
