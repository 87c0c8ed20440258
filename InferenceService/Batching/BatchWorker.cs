using System.Diagnostics;
using System.Runtime.InteropServices;
using InferenceService.Execution;

namespace InferenceService.Batching;

/// <summary>
/// The loops around one <see cref="OnnxModel"/>, one per slot, on threads of their own: a model that computes must not hold a thread
/// that requests need. Ends when the queue is closed and drained, and disposes the model.
/// </summary>
public sealed class BatchWorker
{
    private readonly BatchQueue queue;
    private readonly OnnxModel model;
    private readonly InferenceMetrics metrics;
    private readonly string name;
    private int working;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BatchWorker(BatchQueue queue, OnnxModel model, string name, InferenceMetrics metrics)
    {
        (this.queue, this.model, this.name, this.metrics) = (queue, model, name, metrics);
        working = model.SlotCount;
        foreach (var slot in Enumerable.Range(0, model.SlotCount).Select(_ => model.CreateSlot()).ToArray())
            new Thread(() => Work(slot)) { IsBackground = true, Name = $"batch {name}" }.Start();
    }

    /// <summary>Done when the queue was closed, everything in it was answered and the model's memory is given back.</summary>
    public Task Stopped => stopped.Task;

    private void Work(ExecutionSlot slot)
    {
        while (queue.TryTake(model.MaxBatchSize, out var batch))
        {
            Run(slot, batch);
            foreach (var item in batch)
                item.Dispose();
        }
        slot.Dispose();
        if (Interlocked.Decrement(ref working) > 0)
            return;
        model.Dispose();
        stopped.SetResult();
    }

    /// <summary>A batch that fails is halved until the item that fails is alone, so that it fails alone.</summary>
    private void Run(ExecutionSlot slot, List<WorkItem> batch)
    {
        try
        {
            RunTogether(slot, batch);
        }
        catch (Exception e)
        {
            // Top of this thread: whatever it is, those who wait must hear of it.
            if (batch.Count == 1)
            {
                metrics.ExecutionFailed(name);
                batch[0].Fail(new ModelExecutionException(name, e));
                return;
            }
            Run(slot, batch[..(batch.Count / 2)]);
            Run(slot, batch[(batch.Count / 2)..]);
        }
    }

    private void Complete(WorkItem item, WorkResult result)
    {
        if (result.Output.All(float.IsFinite))
        {
            item.Succeed(result);
            return;
        }
        metrics.ExecutionFailed(name);
        item.Fail(new ModelExecutionException(name, new InvalidDataException("The output is not a finite number.")));
    }

    private void RunTogether(ExecutionSlot slot, List<WorkItem> batch)
    {
        slot.Prepare(model.FixedShape!, batch.Count);
        for (var i = 0; i < batch.Count; i++)
            MemoryMarshal.AsBytes(batch[i].Input).CopyTo(slot.Input(0, i));

        var started = Stopwatch.GetTimestamp();
        slot.Run();
        var finished = Stopwatch.GetTimestamp();

        metrics.Executed(name, batch.Count, model.MaxBatchSize, Stopwatch.GetElapsedTime(started, finished));
        for (var i = 0; i < batch.Count; i++)
            Complete(batch[i], new WorkResult(MemoryMarshal.Cast<byte, float>(slot.Output(0, i)).ToArray(), started, finished, batch.Count));
    }
}
