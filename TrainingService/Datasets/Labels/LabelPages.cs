using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Schema;
using TrainingService.FeedbackLabels;

namespace TrainingService.Datasets.Labels;

/// <summary>Rows as callers see them: texts for indexes, and who added them when.</summary>
internal sealed class LabelPages(TrainingDb db, LabelReader reader, IOptions<DatasetOptions> options)
{
    private const int MaxLimit = 1000;

    /// <exception cref="ProblemException">400</exception>
    public async Task<LabelPage> ReadAsync(Dataset dataset, LabelFilter filter, string? cursor, int? limit, CancellationToken cancellation)
    {
        if (limit is < 1 or > MaxLimit)
            throw ProblemException.Invalid("limit", $"'limit' is 1 to {MaxLimit}.");
        var after = cursor is null ? Guid.Empty : Guid.TryParse(cursor, out var id) ? id : throw Pages.BadCursor();
        var size = limit ?? 100;
        var (condition, parameters) = filter.ToSql(first: 2);
        var rows = await ReadAsync(dataset, $"l.removed IS NULL AND {condition} AND l.id > ${parameters.Count + 2} ORDER BY l.id LIMIT ${parameters.Count + 3}", [.. parameters, after, size + 1], cancellation);
        var page = rows.Take(size).ToList();
        return new LabelPage(page, rows.Count > size ? page[^1].Id.ToString() : null);
    }

    /// <exception cref="ProblemException">404</exception>
    public async Task<LabelRow> FindAsync(Dataset dataset, string id, CancellationToken cancellation)
    {
        object[] parameters = [id, Guid.TryParse(id, out var ours) ? ours : Guid.Empty];
        var rows = await ReadAsync(dataset, "l.removed IS NULL AND (l.given_id = $2 OR l.id = $3) ORDER BY l.id <> $3 LIMIT 1", parameters, cancellation);
        return rows.SingleOrDefault() ?? throw ProblemException.NotFound("label");
    }

    private async Task<List<LabelRow>> ReadAsync(Dataset dataset, string rest, IReadOnlyList<object> parameters, CancellationToken cancellation)
    {
        if (dataset.Schema is not { } schema)
            return [];
        var decoder = new RowDecoder(schema, await db.LoadValuesAsync(dataset, int.MaxValue, cancellation));
        var stored = new List<StoredLabel>();
        await foreach (var row in reader.ReadAsync(dataset.Number, rest, parameters, options.Value.StatementTimeout, cancellation))
            stored.Add(row);
        var added = stored.Select(row => row.Added).Distinct().ToArray();
        var changes = await db.DatasetRevisions.AsNoTracking().Where(r => r.Dataset == dataset.Number && added.Contains(r.Revision)).ToDictionaryAsync(r => r.Revision, cancellation);
        var suggestions = await SuggestionsAsync(dataset, stored, cancellation);
        return stored.ConvertAll(row => LabelRow.From(row, changes[row.Added], decoder) with { Suggestion = row.Label is null ? suggestions.GetValueOrDefault(row.GivenId ?? "") : null });
    }

    /// <summary>Of items that came of feedback: what the caller said it should have been.</summary>
    private async Task<Dictionary<string, string?>> SuggestionsAsync(Dataset dataset, List<StoredLabel> rows, CancellationToken cancellation)
    {
        var predictions = rows.Where(row => row.Label is null).Select(row => FeedbackLabel.PredictionOf(row.GivenId)).OfType<Guid>().ToArray();
        if (predictions.Length == 0)
            return [];
        var said = await db.FeedbackLabels.AsNoTracking().Where(label => label.Dataset == dataset.Number && predictions.Contains(label.Prediction)).ToListAsync(cancellation);
        return said.ToDictionary(label => label.GivenId, label => label.Label);
    }
}

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
internal sealed record LabelPage(IReadOnlyList<LabelRow> Items, string? Next);

/// <param name="GivenId">What the caller called it.</param>
/// <param name="Label">A string, or a number where labels are; absent while it waits for one.</param>
/// <param name="Suggestion">Of an item that came of feedback: what the caller said it should have been.</param>
/// <param name="Trusted">Whether it belongs to the reference set.</param>
/// <param name="Values">Of a table's row.</param>
/// <param name="Sha256">Of an image.</param>
/// <param name="Revision">Which added it, at that time, by that source.</param>
internal sealed record LabelRow(
    Guid Id, string? GivenId, JsonElement? Label, bool Trusted, JsonElement? Values, string? Sha256, int Revision, RevisionSource Source, DateTimeOffset Time, string? Suggestion = null)
{
    public static LabelRow From(StoredLabel row, DatasetRevision added, RowDecoder decoder)
    {
        var label = Json(json => decoder.WriteLabel(json, row.Label)).GetProperty("label");
        return new LabelRow(
            row.Id, row.GivenId, row.Label is null ? null : label, row.Trusted,
            row.Features is { } features ? Json(json => decoder.WriteFeatures(json, features)) : null,
            row.Image is { } image ? Convert.ToHexStringLower(image) : null,
            row.Added, added.Source, added.CreatedAt);
    }

    private static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return JsonElement.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
