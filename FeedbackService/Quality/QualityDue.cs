using Microsoft.EntityFrameworkCore;
using ServiceDefaults;

namespace FeedbackService.Quality;

/// <summary>
/// Notes which versions are to be measured, in the transaction that changes their feedback. However much comes in, a version has one row, and its
/// time is that of the first change, or as much later as the measurement before asks for.
/// </summary>
internal static class QualityDue
{
    public static Task MarkForMeasuringAsync(this FeedbackDb db, string model, string version, QualityOptions options, DateTimeOffset now, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO quality_due AS q (model, version, due_at) VALUES ({model}, {version}, {now})
            ON CONFLICT (model, version) DO UPDATE SET due_at = coalesce(q.due_at, greatest(excluded.due_at, q.measured_at + {options.Every}))
            """, cancellation);

    /// <summary>All versions that the caller judged, whose feedback is about to go.</summary>
    public static Task MarkAllOfAsync(this FeedbackDb db, string caller, QualityOptions options, DateTimeOffset now, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO quality_due AS q (model, version, due_at)
            SELECT DISTINCT model, version, {now} FROM feedback WHERE caller = {caller} AND model IS NOT NULL ORDER BY model, version
            ON CONFLICT (model, version) DO UPDATE SET due_at = coalesce(q.due_at, greatest(excluded.due_at, q.measured_at + {options.Every}))
            """, cancellation);
}

/// <summary>Wakes the measuring of this replica; what other replicas noted it finds by looking.</summary>
internal sealed class QualitySignal : WakeUp;
