using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Database;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Posting;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Labels;

/// <summary>Gives a row another label: the row as it was ends, and one with the same id begins.</summary>
internal sealed class Relabelling(TrainingDb db, IOptions<DatasetOptions> options)
{
    /// <exception cref="ProblemException">404, 409: the same content has that label already. 422: the label can't be.</exception>
    public async Task RelabelAsync(DatasetChange change, string id, PutLabel request, CancellationToken cancellation)
    {
        var dataset = change.Dataset;
        var isOurs = Guid.TryParse(id, out var ours);
        var before = await db.Labels.AsNoTracking()
            .Where(l => l.Dataset == dataset.Number && l.Removed == null && ((isOurs && l.Id == ours) || l.GivenId == id))
            .OrderBy(l => l.GivenId == id).FirstOrDefaultAsync(cancellation) ?? throw ProblemException.NotFound("label");

        dataset.Schema ??= DatasetSchema.OfImages;
        var values = await db.LoadValuesAsync(dataset, options.Value.MaxCategories, cancellation);
        var spec = dataset.Schema.Label;
        var first = values.Classes.All.Count == 0 && dataset.Labelled == 0;
        if (spec.Inferred && first && request.Label.ValueKind == JsonValueKind.Number && dataset.Kind == DatasetKind.Tabular)
            spec = spec with { Numeric = true }; // nothing was told from labels yet
        var labels = new LabelEncoder(spec, values.Classes);
        var label = labels.Encode(ValueOf(request.Label), out var problem);
        if (problem is not null)
            throw ProblemException.Unusable("label", problem);
        var trusted = request.Trusted ?? before.Trusted;
        if (label == before.Text && trusted == before.Trusted)
            return;

        await change.RemoveAsync("l.id = $4", [before.Id], options.Value.StatementTimeout, cancellation);
        await InsertAsync(change, before, label!, trusted, cancellation);
        dataset.Schema = dataset.Schema with { Label = labels.Spec };
        await db.SaveValuesAsync(dataset, values, cancellation);
        var had = before.Text is null ? 0 : 1;
        await change.CommitAsync(labels: 1, lost: had, unlabelled: had - 1, duplicates: 0, cancellation);
    }

    private async Task InsertAsync(DatasetChange change, Label before, string label, bool trusted, CancellationToken cancellation)
    {
        try
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO labels (dataset, id, added, origin, content, label, trusted, given_id, features, image)
                VALUES ({before.Dataset}, {before.Id}, {change.Revision.Revision}, {before.Origin ?? before.Added}, {before.Content}, {label}, {trusted}, {before.GivenId}, {before.Features}, {before.Image})
                """, cancellation);
        }
        catch (Exception e) when (e.IsUniqueViolation())
        {
            throw ProblemException.Conflict("duplicate-label", "Another row of the data set has the same content and that label already: remove one of them.");
        }
    }

    private static RawValue ValueOf(JsonElement label) => label.ValueKind switch
    {
        JsonValueKind.String => new RawValue(RawKind.Text, Typed: true, Text: label.GetString()),
        JsonValueKind.Number => new RawValue(RawKind.Number, Typed: true, label.GetDouble()),
        JsonValueKind.True => new RawValue(RawKind.True, Typed: true),
        JsonValueKind.False => new RawValue(RawKind.False, Typed: true),
        JsonValueKind.Undefined or JsonValueKind.Null => new RawValue(RawKind.Missing, Typed: true),
        _ => new RawValue(RawKind.Other, Typed: true),
    };
}
