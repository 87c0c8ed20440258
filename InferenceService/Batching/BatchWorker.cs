using System.Diagnostics;
using InferenceService.Models;

namespace InferenceService.Batching;

/// <summary>
/// The loop around one <see cref="OnnxModel"/>, on a thread of its own: a model that computes must not hold a thread
/// that requests need. Ends when the queue is closed and drained, and disposes the model.
/// </summary>
public sealed class BatchWorker
{
    private readonly BatchQueue queue;
    private readonly OnnxModel model;
    private readonly InferenceMetrics metrics;
    private readonly string name;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BatchWorker(BatchQueue queue, OnnxModel model, string name, InferenceMetrics metrics)
    {
        (this.queue, this.model, this.name, this.metrics) = (queue, model, name, metrics);
        new Thread(Work) { IsBackground = true, Name = $"batch {name}" }.Start();
    }

    /// <summary>Done when the queue was closed, everything in it was answered and the model's memory is given back.</summary>
    public Task Stopped => stopped.Task;

    private void Work()
    {
        while (queue.TryTake(model.MaxBatchSize, out var batch))
        {
            Run(batch);
            foreach (var item in batch)
                item.Dispose();
        }
        model.Dispose();
        stopped.SetResult();
    }

    /// <summary>A batch that fails is halved until the item that fails is alone, so that it fails alone.</summary>
    private void Run(List<WorkItem> batch)
    {
        try
        {
            RunTogether(batch);
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
            Run(batch[..(batch.Count / 2)]);
            Run(batch[(batch.Count / 2)..]);
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

    private void RunTogether(List<WorkItem> batch)
    {
        for (var i = 0; i < batch.Count; i++)
            batch[i].Input.CopyTo(model.InputOf(i));

        var started = Stopwatch.GetTimestamp();
        model.Run(batch.Count);
        var finished = Stopwatch.GetTimestamp();

        metrics.Executed(name, batch.Count, model.MaxBatchSize, Stopwatch.GetElapsedTime(started, finished));
        for (var i = 0; i < batch.Count; i++)
            Complete(batch[i], new WorkResult(model.OutputOf(i).ToArray(), started, finished, batch.Count));
    }
}
