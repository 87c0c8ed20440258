using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace FeedbackService.Feedback;

/// <summary>What a caller said about their predictions.</summary>
internal sealed class FeedbackOfSubject(FeedbackDb db) : IPersonalData
{
    public string Name => "feedback";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) =>
        await db.Feedback.Where(f => f.Caller == subject).ExecuteDeleteAsync(cancellation);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "feedback.ndjson",
        "What you said about predictions: right or wrong, the label it should have been, ratings and comments.",
        db.Feedback.AsNoTracking().Where(f => f.Caller == subject).OrderBy(f => f.PredictionId).AsAsyncEnumerable(),
        cancellation);
}
