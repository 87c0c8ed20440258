namespace Learning.Data;

/// <summary>Whether rows can be learned from at all, and what about them is suspicious.</summary>
public static class DataChecks
{
    public const int FewestRowsPerClass = 10;

    /// <exception cref="LearningException">No rows, one class only, or a class with fewer than ten rows.</exception>
    public static void Require(Table table, IReadOnlyList<int> rows) => Require(table, rows, FewestRowsPerClass);

    internal static void Require(Table table, IReadOnlyList<int> rows, int fewest)
    {
        if (rows.Count == 0)
            throw new LearningException("rows", "There are no rows to train on.");
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
        var labels = table.LabelsOf(rows);
        List<string> warnings = [], missing = [], constant = [];
        for (var c = 0; c < table.Schema.Columns.Count; c++)
        {
            var name = $"'{table.Schema.Columns[c].Name}'";
            var cells = table.Column(c);
            if (IsLabel(cells, rows, labels))
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

    // One value per class and one class per value. A number with many values that happens to sort the classes is none.
    private static bool IsLabel(ReadOnlySpan<float> cells, IReadOnlyList<int> rows, int[] labels)
    {
        var (classOf, seen) = (new Dictionary<float, int>(), new HashSet<int>());
        for (var i = 0; i < rows.Count; i++)
        {
            var cell = cells[rows[i]];
            if (classOf.TryGetValue(cell, out var known) ? known != labels[i] : !seen.Add(labels[i]))
                return false;
            classOf[cell] = labels[i];
        }
        return classOf.Count > 1;
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
