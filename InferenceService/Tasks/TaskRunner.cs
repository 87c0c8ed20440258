using InferenceService.Batching;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Registry;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using ServiceDefaults.Telemetry;

namespace InferenceService.Tasks;

/// <summary>
/// One turn of one task: item by item through the engine, chunk by chunk into the database, until the task is done, somebody
/// else should have a turn, or something is away.
/// </summary>
internal sealed class TaskRunner(
    TaskStates states, TaskItems items, TaskResults results, VersionsOnDemand versions, PredictionRecorder recorder, TaskMetrics metrics, IOptions<TaskOptions> options, TimeProvider time)
{
    private const int MinChunk = 16;
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(10); // an older task of the same caller may have waited for something

    /// <returns>False when it is somebody else's turn before the task's end.</returns>
    public async Task<bool> RunTurnAsync(TaskLease task, CancellationToken cancellation)
    {
        await using var open = await items.OpenAsync(task, cancellation);
        var (started, done) = (time.GetTimestamp(), task.Done);
        while (done < task.Total)
        {
            var count = await RunChunkAsync(task, open, done, cancellation);
            if (count == 0)
                throw ProblemException.Unusable("body", $"The input ends after {done} of {task.Total} items.", "input-changed");
            done += count;
            var turn = time.GetElapsedTime(started);
            if (done < task.Total && turn >= options.Value.Turn && (turn >= LongestTurn || await states.OthersWaitAsync(task, cancellation)))
                return false;
        }
        return true;
    }

    /// <returns>How many items it had; they are committed.</returns>
    private async Task<int> RunChunkAsync(TaskLease task, ITaskItems open, int done, CancellationToken cancellation)
    {
        using var activity = SuiteTelemetry.Source.StartActivity("task chunk");
        using var lease = await versions.LeaseAsync(task.Model, task.Version, cancellation); // a chunk has one version; the next may have another
        using var run = new PredictionRun(lease.Model.Manifest, new PredictionRequest(task.Model, task.Version, task.Owner, task.Top, Priority.Background));
        var names = await open.RunNextAsync(lease.Model, run, ChunkSize(lease.Model), cancellation);
        activity?.SetTag("suite.task.id", task.Id).SetTag("suite.task.first", done).SetTag("suite.task.items", names.Count);
        if (names.Count == 0)
            return 0;
        var chunk = ResultLine.Of(run, recorder.Conclude(run), done, names);
        await results.CommitAsync(task, done, chunk, cancellation);
        metrics.Done(task.Model, names.Count - chunk.Failed, chunk.Failed);
        return names.Count;
    }

    /// <summary>Two batches keep the model busy, and a few items are worth a commit; the rest of the queue belongs to those who wait for an answer.</summary>
    private int ChunkSize(ServedModel model) =>
        Math.Clamp(Math.Max(MinChunk, model.MaxBatchSize * 2), 1, Math.Max(1, Math.Min(options.Value.MaxChunkItems, model.Manifest.Batching.MaxQueueLength / 4)));
}
