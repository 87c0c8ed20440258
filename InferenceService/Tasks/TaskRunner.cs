using InferenceService.Batching;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Registry;
using Microsoft.Extensions.Options;
using ServiceDefaults.Database;
using ServiceDefaults.Problems;
using ServiceDefaults.Telemetry;

namespace InferenceService.Tasks;

/// <summary>
/// One turn of one task: item by item through the engine, chunk by chunk into the database, until the task is done, somebody
/// else should have a turn, or something is away.
/// </summary>
internal sealed partial class TaskRunner(
    TaskLeases leases, LeaseKeeper keeper, TaskItems items, TaskInputs inputs, TaskResults results, VersionsOnDemand versions, PredictionRecorder recorder,
    TaskMetrics metrics, IOptions<TaskOptions> options, TimeProvider time, ILogger<TaskRunner> logger)
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(2);
    private const int MinChunk = 16;
    private static readonly TimeSpan GiveBackDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(10); // RabbitMQ takes a message back after 30

    public async Task RunTurnAsync(TaskLease task, CancellationToken stopping)
    {
        using var running = metrics.Running(task.Model);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var heart = keeper.KeepAsync(task, held);
        try
        {
            if (task.Attempts >= options.Value.MaxAttempts)
                throw new ProblemException(StatusCodes.Status500InternalServerError, "attempts-exhausted", $"{task.Attempts} workers were lost at item {task.Done} or soon after it.");
            await WorkAsync(task, held.Token);
        }
        catch (Exception e)
        {
            await EndAsync(task, TurnEnds.Of(e, stopping.IsCancellationRequested, held.IsCancellationRequested), e);
        }
        finally
        {
            await held.CancelAsync();
            await heart;
        }
    }

    private async Task WorkAsync(TaskLease task, CancellationToken cancellation)
    {
        // Once every result is there the input is not asked for: it may have expired since.
        if (task.Done < task.Total && !await RunItemsAsync(task, cancellation))
            return;
        await leases.SucceedAsync(task, cancellation);
        inputs.Forget(task.Id);
        LogSucceeded(logger, task.Id, task.Total);
    }

    /// <returns>False when the task was given back before its end, for another's turn.</returns>
    private async Task<bool> RunItemsAsync(TaskLease task, CancellationToken cancellation)
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
            if (done < task.Total && turn >= options.Value.Turn && (turn >= LongestTurn || await leases.OthersWaitAsync(task, cancellation)))
            {
                await leases.ReleaseAsync(task, pause: TimeSpan.Zero, cancellation);
                return false;
            }
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

    private async Task EndAsync(TaskLease task, TurnEnd end, Exception reason)
    {
        using var deadline = new CancellationTokenSource(GiveBackDeadline, time);
        try
        {
            switch (end)
            {
                case TurnEnd.Lost: // its input stays for whoever goes on here; the sweep takes it otherwise
                    LogLost(logger, task.Id);
                    break;
                case TurnEnd.Stopped:
                    await leases.ReleaseAsync(task, TimeSpan.Zero, deadline.Token);
                    break;
                case TurnEnd.Waits:
                    LogWaiting(logger, task.Id, reason.Message);
                    await leases.ReleaseAsync(task, AwayPause, deadline.Token);
                    break;
                case TurnEnd.Failed:
                    LogFailed(logger, task.Id, reason.Message);
                    await leases.FailAsync(task, (ProblemException)reason, deadline.Token);
                    inputs.Forget(task.Id);
                    break;
                case TurnEnd.Unforeseen: // the next attempt may fare better, and there is an end to them
                    LogUnexpected(logger, task.Id, reason);
                    await leases.ReleaseFailedAsync(task, AwayPause, deadline.Token);
                    break;
            }
        }
        catch (Exception e) when (e is LeaseLostException or OperationCanceledException || e.IsDatabaseAway())
        {
            LogLeft(logger, task.Id, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Task {Task} succeeded with {Total} items")]
    private static partial void LogSucceeded(ILogger logger, Guid task, int total);

    [LoggerMessage(LogLevel.Information, "Task {Task} waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, Guid task, string reason);

    [LoggerMessage(LogLevel.Information, "Task {Task} was cancelled or went on elsewhere")]
    private static partial void LogLost(ILogger logger, Guid task);

    [LoggerMessage(LogLevel.Warning, "Task {Task} failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, Guid task, string reason);

    [LoggerMessage(LogLevel.Error, "Task {Task} met what nobody foresaw; it will be tried again")]
    private static partial void LogUnexpected(ILogger logger, Guid task, Exception reason);

    [LoggerMessage(LogLevel.Information, "Task {Task} could not be given back; its lease runs out by itself: {Reason}")]
    private static partial void LogLeft(ILogger logger, Guid task, string reason);
}
