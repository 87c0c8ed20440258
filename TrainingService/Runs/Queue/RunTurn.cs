using Microsoft.Extensions.Options;
using ServiceDefaults.Database;
using ServiceDefaults.Telemetry;

namespace TrainingService.Runs.Queue;

/// <summary>One run in a worker's hands, from its claim to its end or to the next worker.</summary>
internal sealed partial class RunTurn(
    IServiceScopeFactory scopes, RunLeases leases, LeaseKeeper keeper, RunMetrics metrics, IOptions<RunOptions> options, TimeProvider time, ILogger<RunTurn> logger)
{
    private static readonly TimeSpan AwayPause = TimeSpan.FromSeconds(5), EndDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Never throws: whatever happens is the run's end, or the next worker's beginning.</summary>
    public async Task TakeAsync(Run run, CancellationToken stopping)
    {
        using var activity = SuiteTelemetry.Source.StartActivity("run");
        activity?.SetTag("suite.run.id", run.Id).SetTag("suite.run.kind", run.Kind.ToString());
        using var running = metrics.Running(run.Kind);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var limit = new CancellationTokenSource(TimeLeft(run), time);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(held.Token, limit.Token);
        RunProgress? latest = null;
        var heart = keeper.KeepAsync(run, () => Interlocked.Exchange(ref latest, null), held);
        LogBegun(logger, run.Id, run.Attempts + 1);
        try
        {
            if (run.Attempts >= options.Value.MaxAttempts)
                throw new RunFailedException(new RunError("worker-lost", null, $"{run.Attempts} workers were lost with it."));
            var outcome = await ExecuteAsync(run, progress => Volatile.Write(ref latest, progress), working.Token);
            await InScopeAsync(states => states.SucceedAsync(run, outcome, stopping));
            metrics.Ended(run.Kind, "succeeded");
            LogSucceeded(logger, run.Id, run.Model, outcome.Version);
        }
        catch (Exception e)
        {
            var end = limit.IsCancellationRequested ? RunEnd.TimeIsUp(options.Value.TimeLimit) : RunEnd.Of(e, run, options.Value, stopping.IsCancellationRequested, held.IsCancellationRequested);
            await EndAsync(run, end, e);
        }
        finally
        {
            await held.CancelAsync();
            await heart;
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

    private async Task EndAsync(Run run, RunEnd end, Exception reason)
    {
        using var deadline = new CancellationTokenSource(EndDeadline, time);
        try
        {
            switch (end)
            {
                case { Kind: RunEndKind.Lost }:
                    LogLost(logger, run.Id);
                    break;
                case { Kind: RunEndKind.Stopped }:
                    await leases.ReleaseAsync(run, TimeSpan.Zero, deadline.Token);
                    break;
                case { Kind: RunEndKind.Waits }:
                    LogWaiting(logger, run.Id, reason.Message);
                    await leases.ReleaseAsync(run, AwayPause, deadline.Token);
                    break;
                case { Kind: RunEndKind.Again }:
                    LogUnexpected(logger, run.Id, reason);
                    await leases.ReleaseFailedAsync(run, AwayPause, deadline.Token);
                    break;
                case { Error: { } error }:
                    LogFailed(logger, run.Id, error.Code, error.Message, reason);
                    await InScopeAsync(states => states.FailAsync(run, error, deadline.Token));
                    metrics.Ended(run.Kind, error.Code);
                    break;
            }
        }
        catch (Exception e) when (e is LeaseLostException or OperationCanceledException || e.IsDatabaseAway())
        {
            LogLeft(logger, run.Id, e.Message);
        }
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

    [LoggerMessage(LogLevel.Information, "Run {Run} waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, Guid run, string reason);

    [LoggerMessage(LogLevel.Information, "Run {Run} was cancelled or goes on elsewhere")]
    private static partial void LogLost(ILogger logger, Guid run);

    [LoggerMessage(LogLevel.Warning, "Run {Run} failed, {Code}: {Reason}")]
    private static partial void LogFailed(ILogger logger, Guid run, string code, string reason, Exception error);

    [LoggerMessage(LogLevel.Error, "Run {Run} met what nobody foresaw; it will be tried again")]
    private static partial void LogUnexpected(ILogger logger, Guid run, Exception reason);

    [LoggerMessage(LogLevel.Information, "Run {Run} could not be given back; its lease runs out by itself: {Reason}")]
    private static partial void LogLeft(ILogger logger, Guid run, string reason);
}
