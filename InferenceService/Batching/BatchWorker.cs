using System.Runtime.InteropServices;

namespace InferenceService.Batching;

/// <summary>Runs the items together and completes each. When it throws, those that are not complete are tried in smaller company.</summary>
public delegate void RunBatch(ReadOnlySpan<WorkItem> batch);

/// <summary>
/// The loop between a queue and a model, on a thread of its own: a model that computes must not hold a thread that
/// requests need. Several workers may share a queue. Ends when the queue is closed and drained.
/// </summary>
public sealed class BatchWorker
{
    private readonly BatchQueue queue;
    private readonly RunBatch run;
    private readonly string model;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BatchWorker(BatchQueue queue, RunBatch run, string model)
    {
        (this.queue, this.run, this.model) = (queue, run, model);
        new Thread(Work) { IsBackground = true, Name = $"batch {model}" }.Start();
    }

    /// <summary>Done when the queue was closed and everything that this worker took is answered.</summary>
    public Task Stopped => stopped.Task;

    private void Work()
    {
        var batch = new List<WorkItem>(queue.Limits.MaxBatchSize);
        while (queue.TryTake(batch))
        {
            Run(CollectionsMarshal.AsSpan(batch));
            foreach (var item in batch)
                item.Dispose();
            batch.Clear();
        }
        stopped.SetResult();
    }

    /// <summary>A batch that fails is halved until the item that fails is alone, so that it fails alone.</summary>
    private void Run(Span<WorkItem> batch)
    {
        batch = StillWanted(batch);
        if (batch.IsEmpty)
            return;
        try
        {
            run(batch);
            foreach (var item in batch)
                if (!item.Completion.IsCompleted)
                    item.Fail(new ModelExecutionException(model, new InvalidOperationException("The run left the item without an answer.")));
        }
        catch (Exception e)
        {
            // Top of this thread: whatever it is, those who wait must hear of it.
            if (batch.Length == 1)
            {
                batch[0].Fail(new ModelExecutionException(model, e));
                return;
            }
            Run(batch[..(batch.Length / 2)]);
            Run(batch[(batch.Length / 2)..]);
        }
    }

    /// <summary>Those that somebody waits for, moved to the front in their order: between forming and running a client may leave.</summary>
    private static Span<WorkItem> StillWanted(Span<WorkItem> batch)
    {
        var wanted = 0;
        for (var i = 0; i < batch.Length; i++)
        {
            if (batch[i].IsAbandoned)
                continue;
            (batch[wanted], batch[i]) = (batch[i], batch[wanted]);
            wanted++;
        }
        return batch[..wanted];
    }
}
