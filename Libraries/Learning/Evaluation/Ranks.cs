namespace Learning.Evaluation;

internal static class Ranks
{
    /// <summary>Spearman's correlation: of the ranks, equal numbers sharing the mean of theirs. Null where either does not vary.</summary>
    public static double? Correlation(float[] a, float[] b)
    {
        var (ranksA, ranksB) = (Of(a), Of(b));
        var mean = (a.Length + 1) / 2.0; // of ranks, ties or not
        var (products, squaresA, squaresB) = (0.0, 0.0, 0.0);
        for (var i = 0; i < ranksA.Length; i++)
        {
            var (fromA, fromB) = (ranksA[i] - mean, ranksB[i] - mean);
            (products, squaresA, squaresB) = (products + (fromA * fromB), squaresA + (fromA * fromA), squaresB + (fromB * fromB));
        }
        return squaresA > 0 && squaresB > 0 ? Math.Clamp(products / Math.Sqrt(squaresA * squaresB), -1, 1) : null;
    }

    private static double[] Of(float[] values)
    {
        var (sorted, order) = ((float[])values.Clone(), Enumerable.Range(0, values.Length).ToArray());
        Array.Sort(sorted, order);
        var ranks = new double[values.Length];
        for (int from = 0, to; from < sorted.Length; from = to)
        {
            for (to = from + 1; to < sorted.Length && sorted[to] == sorted[from];)
                to++;
            for (var i = from; i < to; i++)
                ranks[order[i]] = (from + 1 + to) / 2.0;
        }
        return ranks;
    }
}
