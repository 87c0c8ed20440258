using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Statistics;

/// <summary>One column, counted row by row. Mean and variance by Welford's method, which does not lose digits as sums of squares do.</summary>
internal sealed class ColumnCounts(ColumnSpec column, ValueList values)
{
    private const int MaxListed = 20;
    private readonly long[] byValue = new long[values.All.Count];
    private long count, missing, truths;
    private double mean, squares, min = double.PositiveInfinity, max = double.NegativeInfinity;

    public void Add(float value)
    {
        if (float.IsNaN(value))
        {
            missing++;
            return;
        }
        count++;
        if (column.Type == ColumnType.Category)
        {
            byValue[(int)value]++;
            return;
        }
        truths += value != 0 ? 1 : 0;
        (min, max) = (Math.Min(min, value), Math.Max(max, value));
        var delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
    }

    public ColumnStatistics Result() => new(column.Name, column.Type, count, missing)
    {
        Min = Numeric(min),
        Max = Numeric(max),
        Mean = Numeric(mean),
        StandardDeviation = Numeric(count > 1 ? Math.Sqrt(squares / (count - 1)) : 0),
        True = column.Type == ColumnType.Boolean ? truths : null,
        Categories = column.Type == ColumnType.Category ? byValue.Count(n => n > 0) : null,
        Most = column.Type != ColumnType.Category ? null
            : [.. byValue.Index().Where(each => each.Item > 0).OrderByDescending(each => each.Item).Take(MaxListed).Select(each => new ValueCount(values.All[each.Index], each.Item))],
    };

    private double? Numeric(double value) => column.Type == ColumnType.Number && count > 0 ? value : null;
}

/// <param name="Count">Rows with a value.</param>
/// <param name="Missing">Rows without.</param>
internal sealed record ColumnStatistics(string Name, ColumnType Type, long Count, long Missing)
{
    public double? Min { get; init; }

    public double? Max { get; init; }

    public double? Mean { get; init; }

    public double? StandardDeviation { get; init; }

    /// <summary>Of a boolean.</summary>
    public long? True { get; init; }

    /// <summary>Different values of a category that rows have.</summary>
    public int? Categories { get; init; }

    /// <summary>The most frequent values of a category.</summary>
    public IReadOnlyList<ValueCount>? Most { get; init; }
}

internal sealed record ValueCount(string Value, long Count);
