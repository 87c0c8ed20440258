using Microsoft.Extensions.Logging;
using ServiceDefaults.Database;

namespace ServiceDefaults.WorkQueues;

/// <summary>Puts work whose turn did not run its course where it belongs: back into the queue, or to its end.</summary>
public sealed partial class TurnEnding<TWork>(WorkLeases<TWork> leases, WorkQueue<TWork> queue, TimeProvider time, ILogger<TurnEnding<TWork>> logger) where TWork : IWork
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10); // the service may be stopping

    /// <param name="fail">Writes the end of work that failed.</param>
    public async Task EndAsync(TWork work, TurnEnd end, Exception reason, Func<CancellationToken, Task> fail)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        try
        {
            switch (end)
            {
                case TurnEnd.Lost:
                    LogLost(logger, queue.Noun, work.Id);
                    break;
                case TurnEnd.Stopped:
                    await leases.ReleaseAsync(work, TimeSpan.Zero, deadline.Token);
                    break;
                case TurnEnd.Waits:
                    LogWaiting(logger, queue.Noun, work.Id, reason.Message);
                    await leases.ReleaseAsync(work, queue.AwayPause, deadline.Token);
                    break;
                case TurnEnd.Again:
                    LogUnexpected(logger, queue.Noun, work.Id, reason);
                    await leases.ReleaseFailedAsync(work, queue.AwayPause, deadline.Token);
                    break;
                case TurnEnd.Failed:
                    await fail(deadline.Token);
                    break;
            }
        }
        catch (Exception e) when (e is LeaseLostException or OperationCanceledException || e.IsDatabaseAway())
        {
            LogLeft(logger, queue.Noun, work.Id, e.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "The {Noun} {Work} was cancelled or goes on elsewhere")]
    private static partial void LogLost(ILogger logger, string noun, Guid work);

    [LoggerMessage(LogLevel.Information, "The {Noun} {Work} waits: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string noun, Guid work, string reason);

    [LoggerMessage(LogLevel.Error, "The {Noun} {Work} met what nobody foresaw; it will be tried again")]
    private static partial void LogUnexpected(ILogger logger, string noun, Guid work, Exception reason);

    [LoggerMessage(LogLevel.Information, "The {Noun} {Work} could not be given back; its lease runs out by itself: {Reason}")]
    private static partial void LogLeft(ILogger logger, string noun, Guid work, string reason);
}
