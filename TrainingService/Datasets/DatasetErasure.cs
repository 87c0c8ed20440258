using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Erasure;
using ServiceDefaults.Http;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Policies.Quality;
using TrainingService.Registry;

namespace TrainingService.Datasets;

/// <summary>
/// What data sets have of a person: their own data sets, and in others the rows that they added, or that came of their feedback, whoever labelled them since. Unlike a removal, an erasure takes rows
/// from snapshots too, which then count them as erased, and values that only they had from the lists.
/// </summary>
internal sealed class DatasetErasure(TrainingDb db, LabelReader reader, Promotion promotion, ServiceIdentity identity, IOptions<DatasetOptions> options) : IPersonalData
{
    private const string Nobody = "erased";

    public string Name => "labels-and-datasets";

    /// <summary>In a transaction of the caller's. Returns how many rows and data sets were erased; erasing again finds none.</summary>
    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"""
            SELECT FROM datasets WHERE owner = {subject} OR number IN (SELECT dataset FROM dataset_revisions WHERE caller = {subject} UNION SELECT dataset FROM feedback_labels WHERE caller = {subject})
            ORDER BY number FOR UPDATE
            """, cancellation); // as every change of a data set
        foreach (var dataset in await db.Datasets.Where(d => d.Owner == subject).Select(d => d.Number).ToListAsync(cancellation))
            await db.KeepTrainedRowsAsync(dataset, erased: subject, cancellation); // of others who gave rows
        var gone = await db.Database.SqlQuery<ErasedRows>($"""
            WITH gone AS (
              DELETE FROM labels l USING datasets d
              WHERE d.number = l.dataset AND (d.owner = {subject} OR (l.dataset, l.added) IN (SELECT dataset, revision FROM dataset_revisions WHERE caller = {subject})
                OR (l.dataset, l.origin) IN (SELECT dataset, revision FROM dataset_revisions WHERE caller = {subject})
                OR (l.dataset, l.given_id) IN (SELECT dataset, 'prediction:' || prediction FROM feedback_labels WHERE caller = {subject}))
              RETURNING l.dataset, l.removed, l.label, l.image, d.owner),
            images AS (
              INSERT INTO dataset_image_checks SELECT DISTINCT owner, image, now() FROM gone WHERE image IS NOT NULL ON CONFLICT DO NOTHING),
            counted AS (
              UPDATE datasets d SET revision = d.revision + 1, labelled = d.labelled - g.labelled, unlabelled = d.unlabelled - g.unlabelled
              FROM (SELECT dataset, count(label) FILTER (WHERE removed IS NULL) labelled, count(*) FILTER (WHERE removed IS NULL AND label IS NULL) unlabelled FROM gone GROUP BY dataset) g
              WHERE d.number = g.dataset RETURNING d.number, d.revision, g.labelled AS removed, d.labelled),
            revisions AS (
              INSERT INTO dataset_revisions SELECT number, revision, 'removal', {Nobody}, now(), 0, removed, 0, labelled FROM counted)
            SELECT dataset AS "Dataset", count(*) AS "Rows" FROM gone GROUP BY dataset
            """).ToListAsync(cancellation);
        foreach (var dataset in await db.Datasets.Where(d => d.Owner == subject).Select(d => d.Number).ToListAsync(cancellation))
            await db.EndQualityWatchAsync(promotion, dataset, "The data set whose policy suspended it was erased.", identity.Name, cancellation);
        var datasets = await db.Datasets.Where(d => d.Owner == subject).ExecuteDeleteAsync(cancellation);
        var others = gone.ConvertAll(each => each.Dataset);
        foreach (var dataset in await db.Datasets.AsNoTracking().Where(d => others.Contains(d.Number)).ToListAsync(cancellation))
            await db.EraseUnusedValuesAsync(dataset, options.Value.StatementTimeout, cancellation);
        await db.DatasetRevisions.Where(r => r.Caller == subject).ExecuteUpdateAsync(r => r.SetProperty(row => row.Caller, Nobody), cancellation);
        await db.Snapshots.Where(s => s.Caller == subject).ExecuteUpdateAsync(s => s.SetProperty(row => row.Caller, Nobody), cancellation);
        var erased = gone.Sum(each => each.Rows) + datasets;
        if (erased == 0)
            await db.Database.ExecuteSqlAsync($"DELETE FROM dataset_image_checks WHERE owner = {subject}", cancellation); // StorageService erases the images itself
        return erased;
    }

    public async Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var mine = await db.Datasets.AsNoTracking()
            .Where(d => d.Owner == subject || db.DatasetRevisions.Any(r => r.Dataset == d.Number && r.Caller == subject)).OrderBy(d => d.Number).ToListAsync(cancellation);
        await export.AddRowsAsync("datasets.ndjson", "Your data sets, and those of others that you added labels to.", mine.Select(d => DatasetView.From(d, values: null)).ToAsyncEnumerable(), cancellation);
        foreach (var dataset in mine.Where(d => d.Schema is not null))
        {
            var decoder = new RowDecoder(dataset.Schema!, await db.LoadValuesAsync(dataset, int.MaxValue, cancellation));
            await export.AddRowsAsync($"labels/{dataset.Id}.ndjson", $"The rows of '{dataset.Name}' that are yours.", RowsAsync(dataset, subject, decoder, cancellation), cancellation);
        }
    }

    private async IAsyncEnumerable<JsonElement> RowsAsync(Dataset dataset, string subject, RowDecoder decoder, [EnumeratorCancellation] CancellationToken cancellation)
    {
        const string theirs = "SELECT revision FROM dataset_revisions WHERE dataset = $1 AND caller = $2";
        var rows = dataset.Owner == subject
            ? reader.ReadAsync(dataset.Number, "l.removed IS NULL ORDER BY l.id", [], options.Value.StatementTimeout, cancellation)
            : reader.ReadAsync(dataset.Number, $"l.removed IS NULL AND (l.added IN ({theirs}) OR l.origin IN ({theirs})) ORDER BY l.id", [subject], options.Value.StatementTimeout, cancellation);
        await foreach (var row in rows)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
                SnapshotRows.Write(json, row, decoder);
            yield return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
    }

    private sealed record ErasedRows(int Dataset, long Rows);
}
