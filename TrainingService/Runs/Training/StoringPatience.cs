using Microsoft.Extensions.Options;
using TrainingService.Runs.Queue;

namespace TrainingService.Runs.Training;

/// <summary>
/// Storing what took long to make: where a service is away for a while the step is done again in place, as a run that is given back trains again. Each
/// step finds what an earlier try of it did.
/// </summary>
internal sealed partial class StoringPatience(TrainingDb db, IOptions<RunOptions> options, TimeProvider time, ILogger<StoringPatience> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);

    /// <returns>What the step came to; after <see cref="RunOptions.StoringPatience"/> its failure is thrown as it is.</returns>
    public async Task<T> DoAsync<T>(Run run, Func<Task<T>> step, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await step();
            }
            catch (Exception e) when (IsAway(e, cancellation) && time.GetElapsedTime(since) + pause < options.Value.StoringPatience)
            {
                LogLater(logger, run.Id, e.Message);
            }
            db.ChangeTracker.Clear(); // of the try that failed
            await Task.Delay(pause, time, cancellation);
        }
    }

    private static bool IsAway(Exception reason, CancellationToken cancellation) =>
        RunEnd.IsAway(reason) || (reason is OperationCanceledException && !cancellation.IsCancellationRequested); // a call of ours took too long

    [LoggerMessage(LogLevel.Warning, "What run {Run} made is stored later: {Reason}")]
    private static partial void LogLater(ILogger logger, Guid run, string reason);
}
