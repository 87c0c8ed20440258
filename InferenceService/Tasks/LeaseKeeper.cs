using Microsoft.Extensions.Options;
using ServiceDefaults.Database;

namespace InferenceService.Tasks;

/// <summary>The heartbeat beside a worker.</summary>
internal sealed partial class LeaseKeeper(TaskLeases leases, IOptions<TaskOptions> options, TimeProvider time, ILogger<LeaseKeeper> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1); // also how soon a cancelled task stops

    /// <summary>Renews the lease until <paramref name="held"/> is cancelled; cancels it itself when the lease is lost or could not be renewed in time.</summary>
    public async Task KeepAsync(TaskLease task, CancellationTokenSource held)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var renewed = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(held.Token))
            {
                try
                {
                    await leases.RenewAsync(task, held.Token);
                    renewed = time.GetTimestamp();
                }
                catch (Exception e) when (e.IsDatabaseAway() && time.GetElapsedTime(renewed) < options.Value.Lease)
                {
                    LogNotRenewed(logger, task.Id, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            // The turn is over.
        }
        catch (Exception e)
        {
            LogLost(logger, task.Id, e.Message);
            await held.CancelAsync();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The lease of task {Task} could not be renewed yet: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, Guid task, string reason);

    [LoggerMessage(LogLevel.Information, "The lease of task {Task} is gone: {Reason}")]
    private static partial void LogLost(ILogger logger, Guid task, string reason);
}
