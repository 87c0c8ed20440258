using FeedbackService.Quality;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Erasure;

namespace FeedbackService.Feedback;

/// <summary>What a caller said about their predictions.</summary>
internal sealed class FeedbackOfSubject(FeedbackDb db, IOptions<QualityOptions> options, TimeProvider time) : IPersonalData
{
    public string Name => "feedback";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        await db.MarkAllOfAsync(subject, options.Value, time.GetUtcNow(), cancellation);
        return await db.Feedback.Where(f => f.Caller == subject).ExecuteDeleteAsync(cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "feedback.ndjson",
        "What you said about predictions: right or wrong, the label it should have been, ratings and comments.",
        db.Feedback.AsNoTracking().Where(f => f.Caller == subject).OrderBy(f => f.PredictionId).AsAsyncEnumerable(),
        cancellation);
}
