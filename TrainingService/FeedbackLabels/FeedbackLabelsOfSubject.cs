using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace TrainingService.FeedbackLabels;

/// <summary>What became of a caller's feedback in data sets. The rows made of it go before, with the data sets' own (<see cref="Datasets.DatasetErasure"/>), also those that somebody else labelled since.</summary>
internal sealed class FeedbackLabelsOfSubject(TrainingDb db) : IPersonalData
{
    public string Name => "feedback-labels";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) =>
        await db.FeedbackLabels.Where(label => label.Caller == subject).ExecuteDeleteAsync(cancellation);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "feedback-labels.ndjson",
        "What became of your feedback in the data sets that models learn from.",
        db.FeedbackLabels.AsNoTracking().Where(label => label.Caller == subject).OrderBy(label => label.Prediction)
            .Join(db.Datasets, label => label.Dataset, dataset => dataset.Number, (label, dataset) => new { label.Prediction, Dataset = dataset.Id, label.Label, label.Time, Outcome = label.Outcome == null ? null : FeedbackModel.ToText(label.Outcome.Value) }).AsAsyncEnumerable(),
        cancellation);
}
