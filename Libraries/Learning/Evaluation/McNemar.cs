namespace Learning.Evaluation;

/// <summary>
/// McNemar's exact test: of the rows that only one of two models got right, is the share of each a coin's? Rows that both or
/// neither got right say nothing of which is better.
/// </summary>
/// <param name="OnlyFirst">Rows that only the first model got right.</param>
/// <param name="PValue">Two-sided: how likely a coin is at least that uneven.</param>
/// <param name="WorsePValue">One-sided: how likely a coin favours the first at least that much; small says that the second is worse.</param>
public sealed record McNemar(int OnlyFirst, int OnlySecond, double PValue, double WorsePValue)
{
    public static McNemar Test(int[] labels, int[] first, int[] second)
    {
        if (labels.Length != first.Length || labels.Length != second.Length)
            throw new ArgumentException("Both models must have answered the same rows.", nameof(second));
        var (onlyFirst, onlySecond) = (0, 0);
        for (var row = 0; row < labels.Length; row++)
        {
            onlyFirst += first[row] == labels[row] && second[row] != labels[row] ? 1 : 0;
            onlySecond += first[row] != labels[row] && second[row] == labels[row] ? 1 : 0;
        }
        return Of(onlyFirst, onlySecond);
    }

    public static McNemar Of(int onlyFirst, int onlySecond)
    {
        var n = onlyFirst + onlySecond;
        return new McNemar(onlyFirst, onlySecond, Math.Min(1, 2 * AtMost(Math.Min(onlyFirst, onlySecond), n)), AtMost(onlySecond, n));
    }

    // P(X ≤ k) of n throws of a coin, in logarithms: n may be large.
    private static double AtMost(int k, int n)
    {
        var (sum, logTerm) = (0.0, -n * Math.Log(2));
        for (var i = 0; i <= k; i++)
        {
            sum += Math.Exp(logTerm);
            logTerm += Math.Log((double)(n - i) / (i + 1));
        }
        return Math.Min(1, sum);
    }
}
