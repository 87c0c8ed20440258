using Learning.Data;

namespace Learning.Linear;

/// <param name="Shift">Taken off, then multiplied by <paramref name="Scale"/>. In float32, so that the exported graph has the same.</param>
/// <param name="HasMissing">Whether it was missing in training: then a feature says whether it is.</param>
internal sealed record NumberFeature(int Column, float Shift, float Scale, bool HasMissing);

/// <summary>One feature per value; of one that is unknown or missing all are zero.</summary>
internal sealed record CategoryFeature(int Column, int First, int Count);

/// <summary>
/// A row as a linear model sees it: numbers and booleans standardised with the mean in place of what is missing, then a feature
/// per column that had missing values, then categories one-hot. The last is never unfolded: a category is the place of its weight.
/// </summary>
internal sealed class LinearEncoding
{
    private LinearEncoding(IReadOnlyList<NumberFeature> numbers, IReadOnlyList<CategoryFeature> categories)
    {
        (Numbers, Categories) = (numbers, categories);
        Indicators = [.. numbers.Where(number => number.HasMissing)];
        Width = Dense + categories.Sum(category => category.Count);
    }

    public IReadOnlyList<NumberFeature> Numbers { get; }
    public IReadOnlyList<NumberFeature> Indicators { get; }
    public IReadOnlyList<CategoryFeature> Categories { get; }

    /// <summary>Numbers and indicators.</summary>
    public int Dense => Numbers.Count + Indicators.Count;

    /// <summary>All features.</summary>
    public int Width { get; }

    /// <summary>Means and deviations over the rows to train on.</summary>
    public static LinearEncoding Fit(Table table, ReadOnlySpan<int> rows)
    {
        List<NumberFeature> numbers = [];
        List<int> categoryColumns = [];
        for (var c = 0; c < table.Schema.Columns.Count; c++)
        {
            if (table.Schema.Columns[c].Kind == ColumnKind.Category)
                categoryColumns.Add(c);
            else
                numbers.Add(Standardise(c, table.Column(c), rows));
        }
        var next = numbers.Count + numbers.Count(number => number.HasMissing);
        List<CategoryFeature> categories = [];
        foreach (var column in categoryColumns)
        {
            categories.Add(new CategoryFeature(column, next, table.Schema.Columns[column].Values.Count));
            next += categories[^1].Count;
        }
        return new LinearEncoding(numbers, categories);
    }

    /// <summary>The dense features of some rows, <c>[rows,Dense]</c>, and the places of their categories' weights, <c>[rows,Categories]</c>, -1 for none.</summary>
    public void Encode(Table table, ReadOnlySpan<int> rows, Span<double> dense, Span<int> places)
    {
        var indicator = Numbers.Count;
        for (var n = 0; n < Numbers.Count; n++)
        {
            var number = Numbers[n];
            var cells = table.Column(number.Column);
            for (int i = 0, to = n; i < rows.Length; i++, to += Dense)
            {
                var cell = cells[rows[i]];
                dense[to] = float.IsNaN(cell) ? 0 : (double)(cell - number.Shift) * number.Scale;
                if (number.HasMissing)
                    dense[to - n + indicator] = float.IsNaN(cell) ? 1 : 0;
            }
            indicator += number.HasMissing ? 1 : 0;
        }
        for (var c = 0; c < Categories.Count; c++)
        {
            var cells = table.Column(Categories[c].Column);
            for (int i = 0, to = c; i < rows.Length; i++, to += Categories.Count)
                places[to] = cells[rows[i]] >= 0 ? Categories[c].First + (int)cells[rows[i]] : -1;
        }
    }

    /// <summary>What each column's weights are in length, as shares; of a category's values the mean.</summary>
    /// <param name="square">Of a feature's weights the sum of squares.</param>
    public IReadOnlyList<FeatureImportance> Importance(TableSchema schema, Func<int, double> square)
    {
        var squares = new double[schema.Columns.Count];
        for (var n = 0; n < Numbers.Count; n++)
            squares[Numbers[n].Column] += square(n);
        for (var i = 0; i < Indicators.Count; i++)
            squares[Indicators[i].Column] += square(Numbers.Count + i);
        foreach (var category in Categories)
            squares[category.Column] += Enumerable.Range(category.First, category.Count).Sum(square) / category.Count;
        return Shares.Of(schema, Array.ConvertAll(squares, Math.Sqrt));
    }

    private static NumberFeature Standardise(int column, ReadOnlySpan<float> cells, ReadOnlySpan<int> rows)
    {
        var moments = Moments.Of(cells, rows);
        return new NumberFeature(column, (float)moments.Mean, moments.Scale, moments.Count < rows.Length);
    }
}
