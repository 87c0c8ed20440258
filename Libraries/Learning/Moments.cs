namespace Learning;

/// <summary>Mean and deviation of what is not missing, in one pass (Welford 1962).</summary>
/// <param name="Scale">One by the deviation; 0 for a column that never changes, of whose deviation only rounding is left.</param>
internal readonly record struct Moments(long Count, double Mean, float Scale)
{
    public static Moments Of(ReadOnlySpan<float> cells, ReadOnlySpan<int> rows)
    {
        var (count, mean, squares) = (0L, 0.0, 0.0);
        foreach (var row in rows)
        {
            if (float.IsNaN(cells[row]))
                continue;
            var delta = cells[row] - mean;
            mean += delta / ++count;
            squares += delta * (cells[row] - mean);
        }
        var deviation = count > 0 ? Math.Sqrt(squares / count) : 0;
        var scale = deviation > 1e-7 * Math.Abs(mean) ? (float)(1 / deviation) : 0;
        return new Moments(count, mean, float.IsFinite(scale) ? scale : 0);
    }
}
