using Learning.Data;

namespace Learning.Heads;

/// <summary>Numbers to mean 0 and deviation 1 over the rows to train on; what is missing becomes 0, the mean.</summary>
internal sealed record Standardisation(float[] Shift, float[] Scale)
{
    public static Standardisation Fit(Table table, ReadOnlySpan<int> rows)
    {
        var width = table.Schema.Columns.Count;
        var (shift, scale) = (new float[width], new float[width]);
        for (var c = 0; c < width; c++)
        {
            var moments = Moments.Of(table.Column(c), rows);
            (shift[c], scale[c]) = ((float)moments.Mean, moments.Scale);
        }
        return new Standardisation(shift, scale);
    }

    public void Apply(Span<float> row)
    {
        for (var c = 0; c < row.Length; c++)
            row[c] = float.IsNaN(row[c]) ? 0 : (row[c] - Shift[c]) * Scale[c];
    }
}
