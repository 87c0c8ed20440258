using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.Outbox;

namespace FeedbackService.Quality;

/// <summary>
/// Measures versions whose feedback changed and announces <c>quality.measured</c>. The table says which: nothing is lost with a process, and of
/// several replicas one has a version, by its row's lock, which a change of its feedback waits for.
/// </summary>
internal sealed partial class QualityMeasuring(
    DatabaseMigrator migrator, IServiceScopeFactory scopes, QualitySignal signal, TimeProvider time, ILogger<QualityMeasuring> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await MeasureOneAsync(stopping))
                {
                }
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogLater(logger, e.Message);
            }
            await signal.WaitAsync(LookEvery, time, stopping);
        }
    }

    /// <returns>False when nothing is due.</returns>
    private async Task<bool> MeasureOneAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<FeedbackDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(stopping);
        var now = time.GetUtcNow();
        var due = await db.Database.SqlQuery<Version>($"""
            SELECT model AS "Model", version AS "Number" FROM quality_due WHERE due_at <= {now} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """).ToListAsync(stopping);
        if (due is not [var version])
            return false;
        if (await scope.ServiceProvider.GetRequiredService<QualityReader>().MeasureAsync(version.Model, version.Number, stopping) is { } measured)
        {
            db.Announce(measured, version.Model, now);
            LogMeasured(logger, version.Model, version.Number, measured.Accuracy.Value, measured.Labels);
        }
        await db.SaveChangesAsync(stopping);
        await db.Database.ExecuteSqlAsync($"UPDATE quality_due SET due_at = NULL, measured_at = {now} WHERE model = {version.Model} AND version = {version.Number}", stopping);
        await transaction.CommitAsync(stopping);
        return true;
    }

    private sealed record Version(string Model, string Number);

    [LoggerMessage(LogLevel.Debug, "{Model} {Version} was right in {Accuracy:0.000} of its last {Labels} judged predictions")]
    private static partial void LogMeasured(ILogger logger, string model, string version, double accuracy, long labels);

    [LoggerMessage(LogLevel.Warning, "The quality in use is measured later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
