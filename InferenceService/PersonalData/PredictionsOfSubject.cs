using InferenceService.Predictions;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace InferenceService.PersonalData;

/// <summary>The history of a caller's predictions, rows of tables that they sent included.</summary>
internal sealed class PredictionsOfSubject(InferenceDb db) : IPersonalData
{
    private const int Page = 10_000;

    public string Name => "predictions";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => await db.Predictions
        .Where(p => db.Predictions.Where(mine => mine.Owner == subject).Select(mine => mine.Id).Take(Page).Contains(p.Id))
        .ExecuteDeleteAsync(cancellation);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "predictions.ndjson",
        "Every item that was predicted for you, with what was answered; images are named by their SHA-256.",
        db.Predictions.AsNoTracking().Where(p => p.Owner == subject).OrderBy(p => p.Id).AsAsyncEnumerable().Select(ExportedPrediction.From),
        cancellation);
}

/// <summary>As a person reads it: the columns that are JSON in the table are JSON here, not texts of JSON.</summary>
internal sealed record ExportedPrediction(
    Guid Id, Guid RequestId, int Item, string Model, string Version, ItemAnswer Answer, PredictionTimings Timings, string? ClientAddress, DateTimeOffset CreatedAt)
{
    public static ExportedPrediction From(PredictionRecord record) => new(
        record.Id, record.RequestId, record.Item, record.Model, record.Version, record.ToAnswer(), record.ReadTimings(), record.ClientAddress, record.CreatedAt);
}
