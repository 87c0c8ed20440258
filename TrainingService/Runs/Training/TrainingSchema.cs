using System.Globalization;
using Learning;
using Learning.Data;
using Microsoft.EntityFrameworkCore;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.LabelKinds;

namespace TrainingService.Runs.Training;

/// <summary>What a data set's rows are to a learner.</summary>
internal static class TrainingSchema
{
    /// <summary>Rows per class at a snapshot; classes without any are left out.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> CountClassesAsync(this TrainingDb db, Snapshot snapshot, CancellationToken cancellation) =>
        await db.Labels
            .Where(l => l.Dataset == snapshot.Dataset && l.Text != null && l.Added <= snapshot.Revision && (l.Removed == null || l.Removed > snapshot.Revision))
            .GroupBy(l => l.Text!).Select(g => new { g.Key, Rows = g.LongCount() })
            .ToDictionaryAsync(g => g.Key, g => g.Rows, cancellation);

    /// <summary>
    /// The classes in the order of a model's output: as the schema gives them, else numbers by size and texts by their letters. So "no" comes
    /// before "yes" and "0" before "1", whichever was posted first.
    /// </summary>
    public static IReadOnlyList<string> ClassesOf(DatasetSchema schema, ValueLists values, IEnumerable<string> occurring) =>
        schema.Label switch
        {
            { Closed: true } => [.. occurring.OrderBy(values.Classes.Find)],
            { Numeric: true } => [.. occurring.OrderBy(text => double.Parse(text, CultureInfo.InvariantCulture))],
            _ => [.. occurring.Order(StringComparer.Ordinal)],
        };

    /// <summary>The columns of rows, as they lie in the database.</summary>
    /// <exception cref="LearningException">A column or the classes are none that can be learned; names which.</exception>
    public static TableSchema Of(DatasetSchema schema, ValueLists values, LabelCoding coding) => coding.SchemaOf(
        [.. schema.Columns.Select((column, i) => new Column(column.Name, KindOf(column.Type), column.Type == ColumnType.Category ? values[i].All : null))]);

    private static ColumnKind KindOf(ColumnType type) => type switch
    {
        ColumnType.Number => ColumnKind.Number,
        ColumnType.Boolean => ColumnKind.Boolean,
        _ => ColumnKind.Category,
    };
}
