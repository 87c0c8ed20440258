using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using InferenceService.Batching;
using InferenceService.Models;
using InferenceService.OpenInference.Statistics;

namespace InferenceService.Execution;

/// <summary>Batches through one slot of a model: inputs in, run, outputs out. Used by one worker.</summary>
public sealed class BatchExecution(ExecutionSlot slot, OnnxModel model, ModelManifest manifest, InferenceMetrics metrics)
{
    private readonly VersionStatistics statistics = metrics.Statistics.Of(manifest);
    private OutputLayout? layout;

    /// <summary>Completes each item. Throws, with none complete, when the model can't run them together.</summary>
    public void Run(ReadOnlySpan<WorkItem> batch)
    {
        var began = Stopwatch.GetTimestamp();
        slot.Prepare(batch[0].Shape, batch.Length);
        for (var i = 0; i < batch.Length; i++)
            Load(batch[i], i);

        var started = Stopwatch.GetTimestamp();
        slot.Run();
        var finished = Stopwatch.GetTimestamp();

        metrics.Executed(manifest.Name, batch.Length, model.MaxBatchSize, Stopwatch.GetElapsedTime(started, finished));
        statistics.Executed(batch.Length, Stopwatch.GetElapsedTime(began, started), Stopwatch.GetElapsedTime(started, finished));
        layout = CurrentLayout();
        for (var i = 0; i < batch.Length; i++)
            Complete(batch[i], i, started, finished, batch.Length);
        statistics.Extracted(batch.Length, Stopwatch.GetElapsedTime(finished));
    }

    private void Load(WorkItem item, int index)
    {
        var input = item.Input;
        for (var i = 0; i < item.Shape.InputCount; i++)
        {
            var length = (int)item.Shape.ByteLength(i);
            input[..length].CopyTo(slot.Input(i, index));
            input = input[length..];
        }
    }

    private void Complete(WorkItem item, int index, long started, long finished, int batchSize)
    {
        if (item.IsAbandoned)
        {
            metrics.Wasted(manifest.Name);
            return;
        }
        // A label or a score has to be a number; whoever asks for raw tensors gets what the model gives.
        if (!manifest.TakesTensors && !AreFinite(slot.Output(0, index)))
        {
            metrics.ExecutionFailed(manifest.Name);
            item.Fail(new ModelExecutionException(manifest.Name, new InvalidDataException("The output is not a finite number.")));
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(layout!.Bytes);
        for (var i = 0; i < model.Outputs.Count; i++)
            slot.Output(i, index).CopyTo(buffer.AsSpan(layout.Offsets[i]));
        item.Succeed(new WorkResult(buffer, layout, started, finished, batchSize));
    }

    /// <summary>The layout of the last run, a new one only where the model gave other shapes than before.</summary>
    private OutputLayout CurrentLayout()
    {
        for (var i = 0; layout is not null && i < model.Outputs.Count; i++)
        {
            if (!slot.OutputItemShape(i).SequenceEqual(layout.Shapes[i]))
                layout = null;
        }
        return layout ?? new OutputLayout(
            [.. Enumerable.Range(0, model.Outputs.Count).Select(i => slot.OutputItemShape(i).ToArray())],
            [.. Enumerable.Range(0, model.Outputs.Count).Select(i => slot.Output(i, 0).Length)]);
    }

    private static bool AreFinite(ReadOnlySpan<byte> output)
    {
        foreach (var value in MemoryMarshal.Cast<byte, float>(output))
            if (!float.IsFinite(value))
                return false;
        return true;
    }
}
