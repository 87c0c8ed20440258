namespace Learning.Evaluation;

/// <summary>Labels and predictions that are numbers to a <see cref="RegressionReport"/>.</summary>
public static class RegressionEvaluator
{
    /// <param name="predicted">A row each, as the labels.</param>
    /// <exception cref="ArgumentException">Nothing to evaluate, lengths that do not match, a number that is not finite.</exception>
    public static RegressionReport Evaluate(float[] targets, float[] predicted) => throw new NotImplementedException();
}
