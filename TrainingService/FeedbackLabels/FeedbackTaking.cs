using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Problems;

namespace TrainingService.FeedbackLabels;

/// <summary>Wakes the taking over of this replica; what other replicas noted it finds by looking.</summary>
internal sealed class FeedbackSignal : WakeUp;

/// <summary>
/// Takes feedback over into data sets, one after the other. The table says what is to do, so it outlives the broker, this process and neighbours that are
/// away; of several replicas one has a feedback, for a minute.
/// </summary>
internal sealed partial class FeedbackTaking(
    DatabaseMigrator migrator, IServiceScopeFactory scopes, FeedbackSignal signal, IOptions<FeedbackOptions> options, TimeProvider time, ILogger<FeedbackTaking> logger) : BackgroundService
{
    private const int MostAttempts = 10; // of what nobody foresaw; of what is away there is no such number
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), Lease = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await ClaimAsync(stopping) is { } feedback)
                    await TakeAsync(feedback, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogLater(logger, e.Message);
            }
            await signal.WaitAsync(LookEvery, time, stopping);
        }
    }

    private async Task<FeedbackLabel?> ClaimAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = time.GetUtcNow();
        var claimed = await scope.ServiceProvider.GetRequiredService<TrainingDb>().FeedbackLabels.FromSql($"""
            UPDATE feedback_labels SET due_at = {now + Lease}, attempts = attempts + 1
            WHERE prediction = (SELECT prediction FROM feedback_labels WHERE due_at <= {now} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToListAsync(stopping);
        return claimed.SingleOrDefault();
    }

    private async Task TakeAsync(FeedbackLabel feedback, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var outcome = await scope.ServiceProvider.GetRequiredService<LabelTaking>().TakeAsync(feedback, stopping);
            await EndAsync(feedback, outcome, reason: null, stopping);
        }
        catch (Exception e) when (e.IsErasedSubject())
        {
            await EndAsync(feedback, FeedbackOutcome.Skipped, "The caller was erased.", stopping); // the row goes with the erasure
        }
        catch (ProblemException e) when (e.Status != StatusCodes.Status503ServiceUnavailable)
        {
            await SkipAsync(feedback, e.Message, stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            var passes = e is ProblemException or HttpRequestException or OperationCanceledException || e.IsDatabaseAway();
            if (passes ? time.GetUtcNow() - feedback.Time > options.Value.GiveUpAfter : feedback.Attempts >= MostAttempts)
                await SkipAsync(feedback, e.Message, stopping);
            else
                await PostponeAsync(feedback, e, stopping);
        }
    }

    private Task SkipAsync(FeedbackLabel feedback, string reason, CancellationToken stopping)
    {
        LogSkipped(logger, feedback.Prediction, feedback.Dataset, reason);
        return EndAsync(feedback, FeedbackOutcome.Skipped, reason, stopping);
    }

    /// <summary>Unless the caller has said something else meanwhile, which is still to be taken over.</summary>
    private async Task EndAsync(FeedbackLabel feedback, FeedbackOutcome outcome, string? reason, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        await Same(scope, feedback).ExecuteUpdateAsync(row => row
            .SetProperty(f => f.DueAt, (DateTimeOffset?)null).SetProperty(f => f.Outcome, outcome).SetProperty(f => f.Reason, reason), stopping);
    }

    private async Task PostponeAsync(FeedbackLabel feedback, Exception reason, CancellationToken stopping)
    {
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(feedback.Attempts, 16))));
        LogPostponed(logger, feedback.Prediction, pause.TotalSeconds, reason.Message);
        await using var scope = scopes.CreateAsyncScope();
        await Same(scope, feedback).ExecuteUpdateAsync(row => row.SetProperty(f => f.DueAt, time.GetUtcNow() + pause), stopping);
    }

    private static IQueryable<FeedbackLabel> Same(AsyncServiceScope scope, FeedbackLabel feedback) =>
        scope.ServiceProvider.GetRequiredService<TrainingDb>().FeedbackLabels.Where(row => row.Prediction == feedback.Prediction && row.Time == feedback.Time);

    [LoggerMessage(LogLevel.Warning, "Feedback on {Prediction} can't be used by data set {Dataset}: {Reason}")]
    private static partial void LogSkipped(ILogger logger, Guid prediction, int dataset, string reason);

    [LoggerMessage(LogLevel.Warning, "Feedback on {Prediction} is taken over in {Pause} s: {Reason}")]
    private static partial void LogPostponed(ILogger logger, Guid prediction, double pause, string reason);

    [LoggerMessage(LogLevel.Warning, "Feedback is taken over later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
