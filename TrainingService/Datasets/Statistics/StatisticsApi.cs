using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Statistics;

/// <summary>What a data set holds, counted when it is asked for.</summary>
internal static class StatisticsApi
{
    public static void MapStatistics(this RouteGroupBuilder dataset) =>
        dataset.MapGet("/statistics", GetAsync).WithName("GetDatasetStatistics")
            .WithSummary("Counts per class, and for each column what is missing, its range or categories; duplicates, and rows of the same content with different labels.");

    private static async Task<Ok<DatasetStatistics>> GetAsync(
        string dataset, ClaimsPrincipal user, TrainingDb db, LabelReader reader, IOptions<DatasetOptions> options, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        var schema = found.Schema ?? DatasetSchema.OfImages;
        var values = await db.LoadValuesAsync(found, int.MaxValue, cancellation);
        var columns = schema.Columns.Select((column, i) => new ColumnCounts(column, values[i])).ToArray();
        var (classes, number) = (new Dictionary<string, long>(), new ColumnCounts(new ColumnSpec("label", ColumnType.Number, Closed: false), values.Classes));
        long labelled = 0, unlabelled = 0, trusted = 0, contradicting = 0;
        var (content, sameContent) = (Guid.Empty, 0);
        // By content, so that contradictions lie side by side.
        await foreach (var row in reader.ReadAsync(found.Number, "l.removed IS NULL ORDER BY l.content", [], options.Value.StatementTimeout, cancellation))
        {
            ColumnReader.Add(columns, row.Features);
            if (row.Label is null)
            {
                unlabelled++;
                continue;
            }
            labelled++;
            trusted += row.Trusted ? 1 : 0;
            if (schema.Label.Type == LabelType.Number)
                number.Add((float)double.Parse(row.Label, CultureInfo.InvariantCulture));
            else
                CollectionsMarshal.GetValueRefOrAddDefault(classes, row.Label, out _)++;
            (content, sameContent) = row.Content == content ? (content, sameContent + 1) : (row.Content, 1);
            contradicting += sameContent switch { 1 => 0, 2 => 2, _ => 1 };
        }
        return TypedResults.Ok(new DatasetStatistics(
            labelled, unlabelled, trusted, found.Duplicates, contradicting,
            schema.Label.Type == LabelType.Number ? null : [.. classes.OrderByDescending(each => each.Value).ThenBy(each => each.Key, StringComparer.Ordinal).Select(each => new ValueCount(each.Key, each.Value))],
            schema.Label.Type == LabelType.Number ? number.Result() : null,
            [.. columns.Select(column => column.Result())]));
    }
}

/// <param name="Trusted">Labels of the reference set.</param>
/// <param name="Duplicates">Rows that were sent and were there already, over all time. None of them is in the set.</param>
/// <param name="Contradicting">Labels whose content is there with another label too.</param>
/// <param name="Classes">Labels per class, the largest first; absent where the label is a number.</param>
/// <param name="Label">Where the label is a number: its range.</param>
internal sealed record DatasetStatistics(
    long Labels, long Unlabelled, long Trusted, long Duplicates, long Contradicting, IReadOnlyList<ValueCount>? Classes, ColumnStatistics? Label, IReadOnlyList<ColumnStatistics> Columns);
