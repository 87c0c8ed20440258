using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using InferenceService.Batching;
using InferenceService.Models;

namespace InferenceService.Execution;

/// <summary>One batch through the model.</summary>
public sealed class BatchExecution(OnnxModel model, ModelManifest manifest, InferenceMetrics metrics)
{
    private readonly OutputLayout layout = new([[model.OutputLength]], [model.OutputLength * sizeof(float)]);

    public void Run(ReadOnlySpan<WorkItem> batch)
    {
        for (var i = 0; i < batch.Length; i++)
            MemoryMarshal.Cast<byte, float>(batch[i].Input)[..model.ItemLength].CopyTo(model.InputOf(i));

        var started = Stopwatch.GetTimestamp();
        model.Run(batch.Length);
        var finished = Stopwatch.GetTimestamp();

        metrics.Executed(manifest.Name, batch.Length, model.MaxBatchSize, Stopwatch.GetElapsedTime(started, finished));
        for (var i = 0; i < batch.Length; i++)
            Complete(batch[i], model.OutputOf(i), started, finished, batch.Length);
    }

    private void Complete(WorkItem item, ReadOnlySpan<float> output, long started, long finished, int batchSize)
    {
        if (item.IsAbandoned)
        {
            metrics.Wasted(manifest.Name);
            return;
        }
        if (!AreFinite(output))
        {
            metrics.ExecutionFailed(manifest.Name);
            item.Fail(new ModelExecutionException(manifest.Name, new InvalidDataException("The output is not a finite number.")));
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(layout.Bytes);
        MemoryMarshal.AsBytes(output).CopyTo(buffer);
        item.Succeed(new WorkResult(buffer, layout, started, finished, batchSize));
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
            if (!float.IsFinite(value))
                return false;
        return true;
    }
}
