using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FeedbackService.Quality;

/// <summary>How right a version is in use: by its last predictions that somebody judged.</summary>
internal sealed class QualityReader(FeedbackDb db, IOptions<QualityOptions> options, TimeProvider time)
{
    /// <summary>Null: nobody has judged a label of it.</summary>
    public async Task<QualityMeasured?> MeasureAsync(string model, string version, CancellationToken cancellation)
    {
        var judged = await db.Feedback.AsNoTracking()
            .Where(f => f.Model == model && f.Version == version && f.Predicted != null && (f.Correct != null || f.Label != null))
            .OrderByDescending(f => f.PredictionId) // UUIDv7: the order of time
            .Take(options.Value.Window)
            .Join(db.Observations, f => f.PredictionId, o => o.Id, (f, o) => new JudgedPrediction(f.Predicted!, f.Correct, f.Label, o.Time, f.Caller))
            .ToListAsync(cancellation);
        if (judged.Count == 0)
            return null;
        var now = time.GetUtcNow();
        var (measured, balanced) = (QualityFigures.Measure(model, version, judged, now), CallerShares.Balance([.. judged.OrderByDescending(each => each.Time)]));
        return balanced.Count == judged.Count ? measured : measured with { Balanced = QualityFigures.Measure(model, version, balanced, now) };
    }

    /// <summary>The version that was judged last; null: none was.</summary>
    public Task<string?> NewestVersionAsync(string model, CancellationToken cancellation) => db.Feedback.AsNoTracking()
        .Where(f => f.Model == model && f.Predicted != null && (f.Correct != null || f.Label != null))
        .OrderByDescending(f => f.PredictionId).Select(f => f.Version).FirstOrDefaultAsync(cancellation);
}
