namespace Learning.Linear;

/// <summary>Solves symmetric systems without negative eigenvalues, as least squares leads to.</summary>
internal static class Cholesky
{
    // Of what a feature varies, the share that the others before it leave open. Less is rounding.
    private const double Dependent = 1e-9;

    /// <summary>A feature that those before it already say, and one that never changes, gets 0: of all solutions that fit equally well, one with few features.</summary>
    /// <param name="lower">The lower triangle, <c>[n][up to itself]</c>; holds the factor afterwards.</param>
    public static double[] Solve(double[][] lower, double[] right, CancellationToken cancellation = default)
    {
        Factor(lower, cancellation);
        var solution = (double[])right.Clone();
        for (var i = 0; i < solution.Length; i++)
        {
            var row = lower[i].AsSpan(0, i);
            solution[i] = lower[i][i] == 0 ? 0 : (solution[i] - Vectors.Dot<double>(row, solution.AsSpan(0, i))) / lower[i][i];
        }
        for (var i = solution.Length - 1; i >= 0; i--)
        {
            solution[i] = lower[i][i] == 0 ? 0 : solution[i] / lower[i][i];
            Vectors.AddScaled(solution.AsSpan(0, i), lower[i].AsSpan(0, i), -solution[i]);
        }
        return solution;
    }

    // Row by row: all that a row takes lies in memory in the order in which it is taken.
    private static void Factor(double[][] lower, CancellationToken cancellation)
    {
        for (var i = 0; i < lower.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = lower[i];
            for (var j = 0; j < i; j++)
                row[j] = lower[j][j] == 0 ? 0 : (row[j] - Vectors.Dot<double>(row.AsSpan(0, j), lower[j].AsSpan(0, j))) / lower[j][j];
            var left = row[i] - Vectors.Dot<double>(row.AsSpan(0, i), row.AsSpan(0, i));
            row[i] = left > Dependent * row[i] ? Math.Sqrt(left) : 0;
        }
    }
}
