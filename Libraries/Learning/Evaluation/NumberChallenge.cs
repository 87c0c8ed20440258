using System.Globalization;

namespace Learning.Evaluation;

/// <summary>Whether a candidate that predicts numbers may take the live model's place, as <see cref="Challenge"/> says it of classes.</summary>
/// <param name="LiveError">Mean absolute error, on the same rows as the candidate's.</param>
/// <param name="Gain">Mean absolute error of the live model less that of the candidate.</param>
/// <param name="GainInterval">95 %, by resampling the rows 10,000 times; of more than 5,000 rows the normal distribution's.</param>
/// <param name="WorsePValue">One-sided: the share of those samples on which the candidate is no worse; small says that it is.</param>
/// <param name="Explanation">In a sentence, for people.</param>
public sealed record NumberChallenge(
    bool Passed, int Rows, double LiveError, double CandidateError, double Gain, Interval GainInterval, double WorsePValue, double Alpha, string Explanation)
{
    private const int Samples = 10_000;

    /// <param name="live">Predicted numbers, a row each, as are the candidate's.</param>
    /// <exception cref="ArgumentException">No rows, not both on the same, or a number that is not finite.</exception>
    public static NumberChallenge Of(float[] targets, float[] live, float[] candidate, double alpha = 0.05, ulong seed = 1, CancellationToken cancellation = default)
    {
        var liveErrors = Array.ConvertAll(RegressionEvaluator.ErrorsOf(targets, live), Math.Abs);
        var candidateErrors = Array.ConvertAll(RegressionEvaluator.ErrorsOf(targets, candidate), Math.Abs);
        var gains = liveErrors.Zip(candidateErrors, (before, after) => before - after).ToArray();
        var gain = Bootstrap.OfMean(gains, seed, Samples, cancellation);
        var worse = gain.NotBelowZero < alpha;
        var passed = gain.Mean >= 0 && !worse;
        var (liveError, candidateError) = (liveErrors.Average(), candidateErrors.Average());
        var explanation = string.Create(CultureInfo.InvariantCulture,
            $"On {targets.Length} rows the candidate is off by {Figure.Of(candidateError)} on average, the live model by {Figure.Of(liveError)}: a gain of {Figure.Of(gain.Mean)}, between {Figure.Of(gain.Between.Low)} and {Figure.Of(gain.Between.High)} (bootstrap, p = {gain.NotBelowZero:0.0000}): {(passed ? "it may replace it" : worse ? "significantly worse" : "no gain")}.");
        return new NumberChallenge(passed, targets.Length, liveError, candidateError, gain.Mean, gain.Between, gain.NotBelowZero, alpha, explanation);
    }
}
