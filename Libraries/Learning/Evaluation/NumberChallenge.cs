namespace Learning.Evaluation;

/// <summary>Whether a candidate that predicts numbers may take the live model's place, as <see cref="Challenge"/> says it of classes.</summary>
/// <param name="LiveError">Mean absolute error, on the same rows as the candidate's.</param>
/// <param name="Gain">Mean absolute error of the live model less that of the candidate.</param>
/// <param name="WorsePValue">One-sided: how likely rows like these show the candidate no worse; small says that it is worse.</param>
/// <param name="Explanation">In a sentence, for people.</param>
public sealed record NumberChallenge(
    bool Passed, int Rows, double LiveError, double CandidateError, double Gain, Interval GainInterval, double WorsePValue, double Alpha, string Explanation)
{
    /// <param name="live">Predicted numbers, a row each, as are the candidate's.</param>
    /// <exception cref="ArgumentException">No rows, or not both on the same.</exception>
    public static NumberChallenge Of(float[] targets, float[] live, float[] candidate, double alpha = 0.05, ulong seed = 1, CancellationToken cancellation = default) =>
        throw new NotImplementedException();
}
