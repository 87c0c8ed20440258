using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace FeedbackService.Observations;

/// <summary>What this service knows of a caller's predictions.</summary>
internal sealed class ObservationsOfSubject(FeedbackDb db) : IPersonalData
{
    private const int Page = 10_000;

    public string Name => "observations";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => await db.Observations
        .Where(o => db.Observations.Where(mine => mine.Caller == subject).Select(mine => mine.Id).Take(Page).Contains(o.Id))
        .ExecuteDeleteAsync(cancellation);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "observations.ndjson",
        "What the quality statistics know of each of your predictions.",
        db.Observations.AsNoTracking().Where(o => o.Caller == subject).OrderBy(o => o.Id).AsAsyncEnumerable(),
        cancellation);
}
