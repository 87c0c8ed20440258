namespace Learning.Data;

/// <summary>Whether a column tells the label of every row by itself: then it is likely the label under another name.</summary>
internal static class LabelLeak
{
    // Of a number: the label in another unit, give or take what was rounded.
    private const double Straight = 1 - 1e-9;

    /// <summary>One value per class and one class per value. A number with many values that happens to sort the classes is none.</summary>
    public static bool OfClasses(ReadOnlySpan<float> cells, IReadOnlyList<int> rows, int[] labels) => IsOneToOne(cells, rows, Array.ConvertAll(labels, label => (float)label), rows.Count);

    /// <summary>A number that lies on a straight line with the label; a category whose every value has a label of its own, where values repeat.</summary>
    public static bool OfNumbers(ColumnKind kind, ReadOnlySpan<float> cells, IReadOnlyList<int> rows, float[] labels) =>
        kind == ColumnKind.Category ? IsOneToOne(cells, rows, labels, rows.Count / 2) : IsStraight(cells, rows, labels);

    private static bool IsOneToOne(ReadOnlySpan<float> cells, IReadOnlyList<int> rows, float[] labels, int mostValues)
    {
        var (labelOf, seen) = (new Dictionary<float, float>(), new HashSet<float>());
        for (var i = 0; i < rows.Count; i++)
        {
            var cell = cells[rows[i]];
            if (labelOf.TryGetValue(cell, out var known) ? known != labels[i] : !seen.Add(labels[i]))
                return false;
            labelOf[cell] = labels[i];
        }
        return labelOf.Count > 1 && labelOf.Count <= mostValues;
    }

    // Pearson's correlation in one pass, as Welford has variances.
    private static bool IsStraight(ReadOnlySpan<float> cells, IReadOnlyList<int> rows, float[] labels)
    {
        double cellMean = 0, labelMean = 0, cellSquares = 0, labelSquares = 0, products = 0;
        for (var i = 0; i < rows.Count; i++)
        {
            double cell = cells[rows[i]], fromCell = cell - cellMean, fromLabel = labels[i] - labelMean;
            if (double.IsNaN(cell))
                return false;
            cellMean += fromCell / (i + 1);
            labelMean += fromLabel / (i + 1);
            cellSquares += fromCell * (cell - cellMean);
            labelSquares += fromLabel * (labels[i] - labelMean);
            products += fromCell * (labels[i] - labelMean);
        }
        return cellSquares > 0 && labelSquares > 0 && Math.Abs(products) >= Straight * Math.Sqrt(cellSquares) * Math.Sqrt(labelSquares);
    }
}
