using Learning.Data;

namespace Learning.Linear;

/// <summary>
/// What least squares needs to know of the rows, in one pass and in double: the features' products with each other and with the label,
/// all less their means, so that the bias stays out of it. Each sum is added up in the order of the rows, so the result does not depend on how many threads there are.
/// </summary>
internal sealed class NormalEquations
{
    private const int BlockCells = 1 << 17; // a megabyte, which stays in the cache while every product is taken of it
    private readonly LinearEncoding encoding;
    private readonly double[] sums, dense;
    private readonly int[] places;
    private readonly int blockRows;

    public NormalEquations(LinearEncoding encoding, Table table, ReadOnlySpan<int> rows, int threads, CancellationToken cancellation)
    {
        this.encoding = encoding;
        blockRows = Math.Clamp(BlockCells / Math.Max(1, encoding.Dense), 16, 1024);
        (dense, places) = (new double[blockRows * encoding.Dense], new int[blockRows * encoding.Categories.Count]);
        (Products, WithLabel, sums) = ([.. Enumerable.Range(0, encoding.Width).Select(i => new double[i + 1])], new double[encoding.Width], new double[encoding.Width]);
        MeanLabel = MeanOf(table.Targets, rows);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        for (var from = 0; from < rows.Length; from += blockRows)
        {
            var some = rows.Slice(from, Math.Min(blockRows, rows.Length - from));
            encoding.Encode(table, some, dense, places);
            AddNumbers(some.Length, parallel);
            for (var i = 0; i < some.Length; i++)
                AddRow(i, table.Targets[some[i]] - MeanLabel);
        }
        Centre(rows.Length);
    }

    /// <summary>The lower triangle, <c>[features][up to itself]</c>.</summary>
    public double[][] Products { get; }

    public double[] WithLabel { get; }

    public double MeanLabel { get; }

    /// <summary>Of each feature.</summary>
    public double[] Means => sums;

    private Span<double> RowOf(int i) => dense.AsSpan(i * encoding.Dense, encoding.Dense);

    private void AddNumbers(int count, ParallelOptions parallel) => Parallel.For(0, encoding.Dense, parallel, feature =>
    {
        var to = Products[feature];
        for (var i = 0; i < count; i++)
        {
            var row = RowOf(i);
            Vectors.AddScaled<double>(to, row[..(feature + 1)], row[feature]);
        }
    });

    private void AddRow(int i, double label)
    {
        var row = RowOf(i);
        Vectors.AddScaled(WithLabel.AsSpan(0, encoding.Dense), row, label);
        Vectors.AddScaled(sums.AsSpan(0, encoding.Dense), row, 1);
        var categories = places.AsSpan(i * encoding.Categories.Count, encoding.Categories.Count);
        for (var c = 0; c < categories.Length; c++)
        {
            var place = categories[c];
            if (place < 0)
                continue;
            (WithLabel[place], sums[place]) = (WithLabel[place] + label, sums[place] + 1);
            Vectors.AddScaled(Products[place].AsSpan(0, encoding.Dense), row, 1);
            foreach (var other in categories[..(c + 1)])
            {
                if (other >= 0)
                    Products[place][other]++;
            }
        }
    }

    // Σ (x - x̄)(z - z̄) = Σ xz - n x̄ z̄. The label is less its mean by now.
    private void Centre(int rows)
    {
        Vectors.Scale(sums, 1.0 / rows);
        for (var i = 0; i < Products.Length; i++)
            Vectors.AddScaled<double>(Products[i], Means.AsSpan(0, i + 1), -rows * Means[i]);
    }

    private static double MeanOf(ReadOnlySpan<float> targets, ReadOnlySpan<int> rows)
    {
        var sum = 0.0;
        foreach (var row in rows)
            sum += targets[row];
        return sum / rows.Length;
    }
}
