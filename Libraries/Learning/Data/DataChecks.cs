using System.Globalization;

namespace Learning.Data;

/// <summary>Whether rows can be learned from at all, and what about them is suspicious.</summary>
public static class DataChecks
{
    public const int FewestRowsPerClass = 10;

    /// <summary>Of labels that are numbers, in all.</summary>
    public const int FewestRows = 10;

    /// <exception cref="LearningException">No rows; one class only, or a class with fewer than ten rows; of numbers fewer than ten rows, or all the same.</exception>
    public static void Require(Table table, IReadOnlyList<int> rows) => Require(table, rows, FewestRowsPerClass);

    internal static void Require(Table table, IReadOnlyList<int> rows, int fewest)
    {
        if (rows.Count == 0)
            throw new LearningException("rows", "There are no rows to train on.");
        if (table.Schema.IsNumeric)
            RequireNumbers(table.Targets, rows, fewest);
        else
            RequireClasses(table, rows, fewest);
    }

    /// <summary>Whether a part of rows that can be learned from can be, too.</summary>
    internal static bool AreEnough(Table table, IReadOnlyList<int> rows) => table.Schema.IsNumeric
        ? rows.Count >= FewestRows && !IsConstant(table.Targets, rows)
        : Counts(table, rows).All(count => count >= FewestRowsPerClass);

    // Of a fold all labels may happen to be the same.
    private static void RequireNumbers(ReadOnlySpan<float> targets, IReadOnlyList<int> rows, int fewest)
    {
        if (rows.Count < fewest)
            throw new LearningException("rows", $"There are {rows.Count} rows; {fewest} are the least.");
        if (fewest > 1 && IsConstant(targets, rows))
            throw new LearningException("label", string.Create(CultureInfo.InvariantCulture, $"All {rows.Count} rows have the label {targets[rows[0]]:R}; there is nothing to predict."));
    }

    private static void RequireClasses(Table table, IReadOnlyList<int> rows, int fewest)
    {
        var counts = Counts(table, rows);
        var names = table.Schema.Classes;
        if (counts.Count(count => count > 0) == 1)
            throw new LearningException("label", $"All {rows.Count} rows have the label '{names[Array.FindIndex(counts, count => count > 0)]}'; there is nothing to tell apart.");
        if (Array.FindIndex(counts, count => count < fewest) is >= 0 and var few)
            throw new LearningException("label", $"Class '{names[few]}' has {counts[few]} rows; {fewest} per class are the least.");
    }

    /// <summary>Things that are allowed and probably a mistake, each naming its columns.</summary>
    public static IReadOnlyList<string> Warnings(Table table, IReadOnlyList<int> rows)
    {
        var (labels, numbers) = table.Schema.IsNumeric ? ([], table.TargetsOf(rows)) : (table.LabelsOf(rows), Array.Empty<float>());
        List<string> warnings = [], missing = [], constant = [];
        for (var c = 0; c < table.Schema.Columns.Count; c++)
        {
            var name = $"'{table.Schema.Columns[c].Name}'";
            var cells = table.Column(c);
            if (table.Schema.IsNumeric ? LabelLeak.OfNumbers(table.Schema.Columns[c].Kind, cells, rows, numbers) : LabelLeak.OfClasses(cells, rows, labels))
                warnings.Add($"Column {name} tells the label of every row by itself: is it the label under another name?");
            else if (Missing(cells, rows) == rows.Count)
                missing.Add(name);
            else if (IsConstant(cells, rows))
                constant.Add(name);
        }
        return [.. warnings, .. Together(missing, "is missing in every row", "are missing in every row"), .. Together(constant, "has the same value in every row", "have the same value in every row")];
    }

    // Of pixels, hundreds never change.
    private static IEnumerable<string> Together(List<string> names, string one, string many)
    {
        const int named = 5;
        if (names.Count == 1)
            yield return $"Column {names[0]} {one}.";
        else if (names.Count > 1)
            yield return $"{names.Count} columns {many}: {string.Join(", ", names.Take(named))}{(names.Count > named ? $" and {names.Count - named} more" : "")}.";
    }

    internal static int[] Counts(Table table, IReadOnlyList<int> rows)
    {
        var counts = new int[table.Schema.Classes.Count];
        foreach (var row in rows)
            counts[table.Labels[row]]++;
        return counts;
    }

    private static int Missing(ReadOnlySpan<float> cells, IReadOnlyList<int> rows)
    {
        var missing = 0;
        foreach (var row in rows)
            missing += float.IsNaN(cells[row]) ? 1 : 0;
        return missing;
    }

    private static bool IsConstant(ReadOnlySpan<float> cells, IReadOnlyList<int> rows)
    {
        foreach (var row in rows)
        {
            if (!cells[row].Equals(cells[rows[0]]))
                return false;
        }
        return true;
    }
}
