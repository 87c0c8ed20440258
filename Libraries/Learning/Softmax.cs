namespace Learning;

internal static class Softmax
{
    /// <summary>Scores to probabilities, in place. Answers log Σ e^score.</summary>
    public static double Apply(Span<double> scores)
    {
        var largest = double.NegativeInfinity;
        foreach (var score in scores)
            largest = Math.Max(largest, score);
        var sum = 0.0;
        foreach (ref var score in scores)
            sum += score = Math.Exp(score - largest);
        foreach (ref var score in scores)
            score /= sum;
        return largest + Math.Log(sum);
    }
}
