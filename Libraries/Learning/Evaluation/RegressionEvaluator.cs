namespace Learning.Evaluation;

/// <summary>Labels and predictions that are numbers to a <see cref="RegressionReport"/>.</summary>
public static class RegressionEvaluator
{
    private const int MostSampled = 500, Groups = 10;

    /// <param name="predicted">A row each, as the labels.</param>
    /// <exception cref="ArgumentException">Nothing to evaluate, lengths that do not match, a number that is not finite.</exception>
    public static RegressionReport Evaluate(float[] targets, float[] predicted)
    {
        Require(targets, predicted);
        var errors = ErrorsOf(targets, predicted);
        var sizes = Array.ConvertAll(errors, Math.Abs);
        var squares = errors.Sum(error => error * error);
        var mean = targets.Average(target => (double)target);
        var variance = targets.Sum(target => (target - mean) * (target - mean));
        var inOrder = Enumerable.Range(0, targets.Length).OrderBy(row => targets[row]).ThenBy(row => predicted[row]).ToArray();
        return new RegressionReport(
            targets.Length, sizes.Average(), Bootstrap.OfMean(sizes).Between, Math.Sqrt(squares / targets.Length), Median(sizes), variance > 0 ? 1 - (squares / variance) : null,
            errors.Average(), Ranks.Correlation(targets, predicted), Histogram.Of(errors), [.. TenthsOf(inOrder, targets, errors)],
            [.. Evenly(inOrder).Select(row => new PredictedNumber(targets[row], predicted[row]))]);
    }

    /// <summary>Predicted less label.</summary>
    /// <exception cref="ArgumentException">As <see cref="Evaluate"/> has them.</exception>
    internal static double[] ErrorsOf(float[] targets, float[] predicted)
    {
        Require(targets, predicted);
        return [.. predicted.Zip(targets, (answer, label) => (double)answer - label)];
    }

    private static double Median(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // Of fewer than ten rows each is one.
    private static IEnumerable<LabelTenth> TenthsOf(int[] inOrder, float[] targets, double[] errors)
    {
        var groups = Math.Min(Groups, inOrder.Length);
        for (var group = 0; group < groups; group++)
        {
            var rows = inOrder[(int)((long)inOrder.Length * group / groups)..(int)((long)inOrder.Length * (group + 1) / groups)];
            yield return new LabelTenth(targets[rows[0]], targets[rows[^1]], rows.Length, rows.Average(row => Math.Abs(errors[row])), rows.Average(row => errors[row]));
        }
    }

    private static IEnumerable<int> Evenly(int[] rows) => rows.Length <= MostSampled
        ? rows
        : Enumerable.Range(0, MostSampled).Select(i => rows[(int)((long)i * (rows.Length - 1) / (MostSampled - 1))]);

    private static void Require(float[] targets, float[] predicted)
    {
        if (targets.Length == 0)
            throw new ArgumentException("There are no rows to evaluate.", nameof(targets));
        if (predicted.Length != targets.Length)
            throw new ArgumentException($"{targets.Length} rows need as many predictions, not {predicted.Length}.", nameof(predicted));
        if (Array.FindIndex(targets, target => !float.IsFinite(target)) is >= 0 and var row)
            throw new ArgumentException($"Row {row} has the label {targets[row]}, which is no finite number.", nameof(targets));
        if (Array.FindIndex(predicted, answer => !float.IsFinite(answer)) is >= 0 and var wrong)
            throw new ArgumentException($"Row {wrong} has the prediction {predicted[wrong]}, which is no finite number.", nameof(predicted));
    }
}
