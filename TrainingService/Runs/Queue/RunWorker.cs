using System.Text.Json;
using Microsoft.Extensions.Options;
using NpgsqlTypes;
using ServiceDefaults.Telemetry;
using ServiceDefaults.WorkQueues;

namespace TrainingService.Runs.Queue;

/// <summary>A run in a worker's hands, from its claim to its end or to the next worker.</summary>
internal sealed partial class RunWorker(
    WorkQueue<Run> queue, WorkLeases<Run> leases, LeaseKeeper<Run> keeper, TurnEnding<Run> ending, IServiceScopeFactory scopes,
    RunMetrics metrics, IOptions<RunOptions> options, TimeProvider time, ILogger<RunWorker> logger) : IWorker<Run>
{
    public async Task<Run?> ClaimAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RunStates>().ClaimAsync(stopping);
    }

    public async Task WorkAsync(Run run, CancellationToken stopping)
    {
        using var activity = SuiteTelemetry.Source.StartActivity("run");
        activity?.SetTag("suite.run.id", run.Id).SetTag("suite.run.kind", run.Kind.ToString());
        using var running = metrics.Running(run.Kind);
        RunProgress? latest = null;
        await using var lease = keeper.Keep(run, cancellation => RenewAsync(run, Interlocked.Exchange(ref latest, null), cancellation), stopping);
        LogBegun(logger, run.Id, run.Attempts + 1);
        try
        {
            if (queue.IsWornOut(run))
                throw new RunFailedException(new RunError("worker-lost", null, $"{run.Attempts} workers were lost with it."));
            var outcome = await ExecuteInTimeAsync(run, progress => Volatile.Write(ref latest, progress), lease.Token);
            await InScopeAsync(states => states.SucceedAsync(run, outcome, stopping));
            metrics.Ended(run.Kind, "succeeded");
            LogSucceeded(logger, run.Id, run.Model, outcome.Version);
        }
        catch (Exception e)
        {
            var end = RunEnd.Of(e, run, options.Value, stopping.IsCancellationRequested, lease.Token.IsCancellationRequested);
            await ending.EndAsync(run, end.Kind, e, cancellation => FailAsync(run, end.Error!, e, cancellation));
        }
    }

    /// <summary>The heartbeat carries the progress into the table.</summary>
    /// <param name="progress">Null: as it was.</param>
    private Task RenewAsync(Run run, RunProgress? progress, CancellationToken cancellation) => progress is null
        ? leases.RenewAsync(run, cancellation)
        : leases.UpdateAsync(run, "lease_until = now() + $3, progress = $4", cancellation, new() { Value = queue.Lease }, new() { Value = JsonSerializer.Serialize(progress, LearningModel.Json), NpgsqlDbType = NpgsqlDbType.Jsonb });

    private async Task<RunOutcome> ExecuteInTimeAsync(Run run, Action<RunProgress> progress, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(TimeLeft(run), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await ExecuteAsync(run, progress, either.Token);
        }
        catch (Exception e) when (limit.IsCancellationRequested)
        {
            throw new RunFailedException(new RunError("time-limit", null, $"It took longer than Runs:TimeLimit allows ({options.Value.TimeLimit})."), e);
        }
    }

    private TimeSpan TimeLeft(Run run)
    {
        var left = options.Value.TimeLimit - (time.GetUtcNow() - run.StartedAt!.Value);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<RunOutcome> ExecuteAsync(Run run, Action<RunProgress> progress, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var job = scope.ServiceProvider.GetServices<IRunJob>().FirstOrDefault(job => job.Kind == run.Kind)
            ?? throw new RunFailedException(new RunError("not-supported", "kind", $"Nobody here does what a run of kind '{run.Kind}' needs."));
        return await job.ExecuteAsync(run, progress, cancellation);
    }

    private async Task FailAsync(Run run, RunError error, Exception reason, CancellationToken cancellation)
    {
        LogFailed(logger, run.Id, error.Code, error.Message, reason);
        await InScopeAsync(states => states.FailAsync(run, error, cancellation));
        metrics.Ended(run.Kind, error.Code);
    }

    private async Task InScopeAsync(Func<RunStates, Task> step)
    {
        await using var scope = scopes.CreateAsyncScope();
        await step(scope.ServiceProvider.GetRequiredService<RunStates>());
    }

    [LoggerMessage(LogLevel.Information, "Run {Run} begins, attempt {Attempt}")]
    private static partial void LogBegun(ILogger logger, Guid run, int attempt);

    [LoggerMessage(LogLevel.Information, "Run {Run} succeeded: {Model} {Version}")]
    private static partial void LogSucceeded(ILogger logger, Guid run, string model, string? version);

    [LoggerMessage(LogLevel.Warning, "Run {Run} failed, {Code}: {Reason}")]
    private static partial void LogFailed(ILogger logger, Guid run, string code, string reason, Exception error);
}
