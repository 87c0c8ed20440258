namespace Learning.Evaluation;

/// <summary>Scores of one class, and which rows are of it, from the highest score down.</summary>
internal sealed class Ranking
{
    // After each group of equal scores: how many rows of the class and how many others are above.
    private readonly List<(long Positive, long Negative)> steps = [(0, 0)];

    public Ranking(float[] scores, bool[] positive)
    {
        var order = Enumerable.Range(0, scores.Length).ToArray();
        Array.Sort((float[])scores.Clone(), order);
        var (above, below) = (0L, 0L);
        for (var i = order.Length - 1; i >= 0; i--)
        {
            if (positive[order[i]])
                above++;
            else
                below++;
            if (i == 0 || scores[order[i - 1]] != scores[order[i]])
                steps.Add((above, below));
        }
    }

    private long Positives => steps[^1].Positive;

    private long Negatives => steps[^1].Negative;

    /// <summary>The chance that a row of the class scores higher than another, ties half; null where one of both is missing.</summary>
    public double? RocAuc()
    {
        if (Positives == 0 || Negatives == 0)
            return null;
        var area = 0.0;
        for (var i = 1; i < steps.Count; i++)
            area += (double)(steps[i].Negative - steps[i - 1].Negative) * (steps[i].Positive + steps[i - 1].Positive) / 2;
        return area / ((double)Positives * Negatives);
    }

    /// <summary>False positive rate and true positive rate.</summary>
    public Curve Roc(string name) => Curve.Of(name, Positives == 0 || Negatives == 0 ? []
        : [.. steps.Select(step => new CurvePoint((double)step.Negative / Negatives, (double)step.Positive / Positives))]);

    /// <summary>Recall and precision.</summary>
    public Curve PrecisionRecall(string name) => Curve.Of(name, Positives == 0 ? []
        : [.. steps.Skip(1).Select(step => new CurvePoint((double)step.Positive / Positives, (double)step.Positive / (step.Positive + step.Negative)))]);
}
