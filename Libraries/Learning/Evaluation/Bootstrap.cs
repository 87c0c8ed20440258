namespace Learning.Evaluation;

/// <summary>How sure a mean is, by drawing as many rows again and again (Efron 1979); of very many rows by the normal distribution, which it then is.</summary>
/// <param name="Between">Where 95 % of the resampled means lie.</param>
/// <param name="NotBelowZero">Of the resampled means the share that is 0 or above.</param>
internal sealed record Bootstrap(double Mean, Interval Between, double NotBelowZero)
{
    private const long MostDraws = 50_000_000; // of rows, in all: a quarter of a second

    public static Bootstrap OfMean(double[] values, ulong seed = 1, int samples = 1000, CancellationToken cancellation = default)
    {
        var mean = values.Average();
        return (long)values.Length * samples > MostDraws ? ByNormal(values, mean) : Resampled(values, mean, seed, samples, cancellation);
    }

    private static Bootstrap Resampled(double[] values, double mean, ulong seed, int samples, CancellationToken cancellation)
    {
        var (random, means) = (new RandomNumbers(seed), new double[samples]);
        for (var sample = 0; sample < samples; sample++)
        {
            cancellation.ThrowIfCancellationRequested();
            var sum = 0.0;
            for (var i = 0; i < values.Length; i++)
                sum += values[random.Next(values.Length)];
            means[sample] = sum / values.Length;
        }
        Array.Sort(means);
        return new Bootstrap(
            mean, new Interval(means[(int)(0.025 * (samples - 1))], means[(int)Math.Ceiling(0.975 * (samples - 1))]), (double)means.Count(each => each >= 0) / samples);
    }

    private static Bootstrap ByNormal(double[] values, double mean)
    {
        var error = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) / values.Length);
        return new Bootstrap(mean, new Interval(mean - (Interval.Z95 * error), mean + (Interval.Z95 * error)), error > 0 ? Below(mean / error) : mean >= 0 ? 1 : 0);
    }

    // The standard normal distribution function: Abramowitz and Stegun 26.2.17, to 1e-7.
    private static double Below(double z)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(z)));
        var tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return z >= 0 ? 1 - tail : tail;
    }
}
