namespace Learning.Heads;

/// <summary>Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019); biases do not decay.</summary>
internal sealed class Adam(int parameters, double learningRate, double weightDecay)
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;
    private readonly float[] means = new float[parameters], squares = new float[parameters];
    private int steps;

    /// <param name="factor">The gradient is multiplied by it first.</param>
    public void Step(float[] weights, float[] gradient, float factor, Func<int, bool> isBias)
    {
        steps++;
        var rate = (float)(learningRate / (1 - Math.Pow(Beta1, steps)));
        var correction = (float)(1 / (1 - Math.Pow(Beta2, steps)));
        var decay = (float)(learningRate * weightDecay);
        for (var i = 0; i < weights.Length; i++)
        {
            var slope = gradient[i] * factor;
            means[i] = (Beta1 * means[i]) + ((1 - Beta1) * slope);
            squares[i] = (Beta2 * squares[i]) + ((1 - Beta2) * slope * slope);
            if (decay > 0 && !isBias(i))
                weights[i] -= decay * weights[i];
            weights[i] -= rate * means[i] / (MathF.Sqrt(squares[i] * correction) + Epsilon);
        }
    }
}
