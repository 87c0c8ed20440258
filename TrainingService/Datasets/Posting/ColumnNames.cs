using ServiceDefaults.Problems;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Posting;

/// <summary>The names of columns that a post starts with, against the schema or as the start of one.</summary>
internal static class ColumnNames
{
    private const int MaxColumns = 4096;

    /// <summary>Those that become columns of the schema, in their order.</summary>
    /// <exception cref="ProblemException">422 that names the column.</exception>
    public static IReadOnlyList<string> ForSchema(IReadOnlyList<string> names)
    {
        RefuseRepeated(names);
        string[] columns = [.. names.Where(name => !DatasetSchema.ReservedNames.Contains(name))];
        if (columns.Length is 0 or > MaxColumns)
            throw Bad("body", columns.Length == 0 ? "The rows have no columns besides the label." : $"The rows have {columns.Length} columns; at most {MaxColumns} are taken.");
        foreach (var name in columns)
        {
            if (SchemaRequest.ProblemOf(name) is { } problem)
                throw Bad(name.Length == 0 ? "body" : name, problem);
        }
        return columns;
    }

    /// <summary>Of a header, which speaks for all rows.</summary>
    /// <param name="labelled">Whether the rows need a label.</param>
    /// <exception cref="ProblemException">422 that names the column.</exception>
    public static void CheckHeader(IReadOnlyList<string> header, IReadOnlyList<string> columns, bool labelled)
    {
        RefuseRepeated(header);
        if (columns.Except(header).FirstOrDefault() is { } missing)
            throw Bad(missing, $"The header has no column '{missing}'.");
        if (header.Except(columns).Except(DatasetSchema.ReservedNames).FirstOrDefault() is { } surplus)
            throw Bad(surplus.Length == 0 ? "body" : surplus, $"The header has the column '{surplus}', which the data set has not.");
        if (labelled && !header.Contains("label"))
            throw Bad("label", "The header has no column 'label'.");
    }

    private static void RefuseRepeated(IReadOnlyList<string> names)
    {
        var seen = new HashSet<string>();
        if (names.FirstOrDefault(name => !seen.Add(name)) is { } repeated)
            throw Bad(repeated.Length == 0 ? "body" : repeated, $"The column '{repeated}' is there twice.");
    }

    private static ProblemException Bad(string field, string detail) => ProblemException.Unusable(field, detail, "bad-columns");
}
