using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;

namespace InferenceService.Tasks;

/// <summary>A task in a worker's hands, from its claim to its end or to the next worker.</summary>
internal sealed partial class TaskWorker(
    WorkQueue<TaskLease> queue, TaskStates states, WorkLeases<TaskLease> leases, LeaseKeeper<TaskLease> keeper, TurnEnding<TaskLease> ending,
    TaskRunner runner, TaskInputs inputs, TaskMetrics metrics, ILogger<TaskWorker> logger) : IWorker<TaskLease>
{
    public Task<TaskLease?> ClaimAsync(CancellationToken stopping) => states.ClaimAsync(stopping);

    public async Task WorkAsync(TaskLease task, CancellationToken stopping)
    {
        using var running = metrics.Running(task.Model);
        await using var lease = keeper.Keep(task, cancellation => leases.RenewAsync(task, cancellation), stopping);
        try
        {
            if (queue.IsWornOut(task))
                throw new ProblemException(StatusCodes.Status500InternalServerError, "attempts-exhausted", $"{task.Attempts} workers were lost at item {task.Done} or soon after it.");
            await RunAsync(task, lease.Token);
        }
        catch (Exception e)
        {
            var end = TaskEnds.Of(e, stopping.IsCancellationRequested, lease.Token.IsCancellationRequested);
            await ending.EndAsync(task, end, e, cancellation => FailAsync(task, (ProblemException)e, cancellation));
        }
    }

    private async Task RunAsync(TaskLease task, CancellationToken cancellation)
    {
        // Once every result is there the input is not asked for: it may have expired since.
        if (task.Done < task.Total && !await runner.RunTurnAsync(task, cancellation))
        {
            await leases.ReleaseAsync(task, pause: TimeSpan.Zero, cancellation);
            return;
        }
        await states.SucceedAsync(task, cancellation);
        inputs.Forget(task.Id);
        LogSucceeded(logger, task.Id, task.Total);
    }

    /// <summary>Of a task that ends otherwise the input stays, for whoever goes on here; the sweep takes it in the end.</summary>
    private async Task FailAsync(TaskLease task, ProblemException problem, CancellationToken cancellation)
    {
        LogFailed(logger, task.Id, problem.Message);
        await states.FailAsync(task, problem, cancellation);
        inputs.Forget(task.Id);
    }

    [LoggerMessage(LogLevel.Information, "Task {Task} succeeded with {Total} items")]
    private static partial void LogSucceeded(ILogger logger, Guid task, int total);

    [LoggerMessage(LogLevel.Warning, "Task {Task} failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, Guid task, string reason);
}
