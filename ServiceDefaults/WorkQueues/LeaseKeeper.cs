using Microsoft.Extensions.Logging;

namespace ServiceDefaults.WorkQueues;

/// <summary>The heartbeat beside a worker.</summary>
public sealed partial class LeaseKeeper<TWork>(WorkQueue<TWork> queue, TimeProvider time, ILogger<LeaseKeeper<TWork>> logger) where TWork : IWork
{
    /// <summary>Renews the lease until the result is disposed.</summary>
    /// <param name="work">Just claimed.</param>
    /// <param name="renew">Throws <see cref="LeaseLostException"/> when somebody else has it. Whatever else it throws, the next beat tries again.</param>
    public HeldLease Keep(TWork work, Func<CancellationToken, Task> renew, CancellationToken stopping)
    {
        var lease = new HeldLease(queue.Lease, time, stopping);
        lease.Heart = BeatAsync(work.Id, renew, lease);
        return lease;
    }

    private async Task BeatAsync(Guid work, Func<CancellationToken, Task> renew, HeldLease lease)
    {
        using var timer = new PeriodicTimer(queue.Heartbeat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(lease.Token))
            {
                try
                {
                    var begun = time.GetTimestamp(); // the database counts from when it is asked, not from its answer
                    await renew(lease.Token);
                    lease.Extend(queue.Lease - time.GetElapsedTime(begun));
                }
                catch (Exception e) when (e is not LeaseLostException && !lease.Token.IsCancellationRequested)
                {
                    LogNotRenewed(logger, queue.Noun, work, e.Message); // it is there until it runs out
                }
            }
        }
        catch (OperationCanceledException) when (lease.RanOut)
        {
            LogLost(logger, queue.Noun, work, "It could not be renewed in time.");
        }
        catch (OperationCanceledException) when (lease.Token.IsCancellationRequested)
        {
            // The turn is over, or the service stops.
        }
        catch (Exception e)
        {
            LogLost(logger, queue.Noun, work, e.Message);
            await lease.LoseAsync();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The lease of {Noun} {Work} could not be renewed yet: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, string noun, Guid work, string reason);

    [LoggerMessage(LogLevel.Information, "The lease of {Noun} {Work} is gone: {Reason}")]
    private static partial void LogLost(ILogger logger, string noun, Guid work, string reason);
}
