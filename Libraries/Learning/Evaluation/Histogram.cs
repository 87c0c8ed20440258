namespace Learning.Evaluation;

/// <summary>Bins of one round width; where a few numbers lie far out, the first and the last reach to them, so that the rest can still be seen.</summary>
internal static class Histogram
{
    private const int Bins = 26; // of round width; with their ends and the far ones at most 30
    private const double FarOut = 0.005; // the share at each end that may be

    public static IReadOnlyList<ResidualBin> Of(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        var (least, most) = (sorted[0], sorted[^1]);
        if (least == most)
            return [new ResidualBin(least, most, sorted.Length)];
        var (low, high) = (sorted[(int)(FarOut * (sorted.Length - 1))], sorted[(int)Math.Ceiling((1 - FarOut) * (sorted.Length - 1))]);
        if (low == high || most - least <= 2 * (high - low))
            (low, high) = (least, most);
        return [.. Counted(sorted, Edges(low, high, least, most))];
    }

    private static double[] Edges(double low, double high, double least, double most)
    {
        var width = RoundUp((high - low) / Bins);
        var (first, last) = (Math.Floor(low / width), Math.Ceiling(high / width));
        IEnumerable<double> round = Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * width);
        return [.. least < first * width ? [least] : Array.Empty<double>(), .. round, .. most > last * width ? [most] : Array.Empty<double>()];
    }

    private static IEnumerable<ResidualBin> Counted(double[] sorted, double[] edges)
    {
        var next = 0;
        for (var bin = 0; bin + 1 < edges.Length; bin++)
        {
            var from = next;
            while (next < sorted.Length && (sorted[next] < edges[bin + 1] || bin + 2 == edges.Length))
                next++;
            yield return new ResidualBin(edges[bin], edges[bin + 1], next - from);
        }
    }

    private static double RoundUp(double width)
    {
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(width)));
        return magnitude * (width / magnitude) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }
}
