using Microsoft.Extensions.Options;

namespace TrainingService.Runs.Queue;

/// <summary>The heartbeat beside a worker, which carries the run's progress into the table.</summary>
internal sealed partial class LeaseKeeper(RunLeases leases, IOptions<RunOptions> options, TimeProvider time, ILogger<LeaseKeeper> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500); // also how soon a cancelled run stops

    /// <summary>Renews the lease until <paramref name="held"/> is cancelled; cancels it itself when the lease is lost or could not be renewed in time.</summary>
    /// <param name="progress">Asked each time for what is new.</param>
    public async Task KeepAsync(Run run, Func<RunProgress?> progress, CancellationTokenSource held)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var renewed = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(held.Token))
            {
                try
                {
                    await leases.RenewAsync(run, progress(), held.Token);
                    renewed = time.GetTimestamp();
                }
                catch (Exception e) when (e is not LeaseLostException && !held.IsCancellationRequested && time.GetElapsedTime(renewed) < options.Value.Lease)
                {
                    // Whatever it is, the lease is there until it runs out, and the next beat brings newer progress.
                    LogNotRenewed(logger, run.Id, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            // The run is over.
        }
        catch (Exception e)
        {
            LogLost(logger, run.Id, e.Message);
            await held.CancelAsync();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The lease of run {Run} could not be renewed yet: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, Guid run, string reason);

    [LoggerMessage(LogLevel.Information, "The lease of run {Run} is gone: {Reason}")]
    private static partial void LogLost(ILogger logger, Guid run, string reason);
}
