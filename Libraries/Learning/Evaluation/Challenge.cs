using System.Globalization;

namespace Learning.Evaluation;

/// <summary>Whether a candidate may take the live model's place: it must gain something or lose nothing, and not be significantly worse.</summary>
/// <param name="Gain">Accuracy of the candidate less that of the live model, on the same rows.</param>
/// <param name="Explanation">In a sentence, for people.</param>
public sealed record Challenge(bool Passed, int Rows, double LiveAccuracy, double CandidateAccuracy, double Gain, Interval GainInterval, McNemar Test, double Alpha, string Explanation)
{
    private const int MostResampled = 50_000;

    /// <param name="live">Predicted classes, a row each, as are the candidate's.</param>
    public static Challenge Of(int[] labels, int[] live, int[] candidate, double alpha = 0.05, ulong seed = 1, CancellationToken cancellation = default)
    {
        if (labels.Length == 0)
            throw new ArgumentException("There are no rows to compare on.", nameof(labels));
        var test = McNemar.Test(labels, live, candidate);
        var (liveRight, candidateRight) = (Right(labels, live), Right(labels, candidate));
        var between = labels.Length > MostResampled ? ByNormal(test, labels.Length)
            : PairedBootstrap.Compare(labels.Length, Accuracy(labels, live), Accuracy(labels, candidate), seed, cancellation: cancellation).Between;
        var worse = test.WorsePValue < alpha;
        var passed = candidateRight >= liveRight && !worse;
        var explanation = string.Create(CultureInfo.InvariantCulture,
            $"On {labels.Length} rows the candidate is right {candidateRight} times, the live model {liveRight} times ({(double)(candidateRight - liveRight) / labels.Length:+0.00 %;-0.00 %;±0.00 %}); {test.OnlySecond} rows only the candidate got right, {test.OnlyFirst} only the live model (McNemar, p = {test.PValue:0.0000}): {(passed ? "it may replace it" : worse ? "significantly worse" : "no gain")}.");
        return new Challenge(passed, labels.Length, (double)liveRight / labels.Length, (double)candidateRight / labels.Length,
            (double)(candidateRight - liveRight) / labels.Length, between, test, alpha, explanation);
    }

    /// <summary>Where the bootstrap's interval lies with as many rows, without a thousand samples of them all.</summary>
    private static Interval ByNormal(McNemar test, int rows)
    {
        double difference = test.OnlySecond - test.OnlyFirst, deviation = Math.Sqrt(test.OnlyFirst + test.OnlySecond - (difference * difference / rows));
        return new Interval((difference - (1.96 * deviation)) / rows, (difference + (1.96 * deviation)) / rows);
    }

    private static int Right(int[] labels, int[] predicted) => labels.Zip(predicted).Count(row => row.First == row.Second);

    private static Func<int[], double> Accuracy(int[] labels, int[] predicted)
    {
        var right = labels.Zip(predicted, (label, answer) => label == answer ? 1 : 0).ToArray();
        return rows =>
        {
            var sum = 0;
            foreach (var row in rows)
                sum += right[row];
            return (double)sum / rows.Length;
        };
    }
}
