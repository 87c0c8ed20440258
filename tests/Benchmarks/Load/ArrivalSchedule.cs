namespace Benchmarks.Load;

/// <summary>When requests of an open loop are due: a Poisson process, the same one for the same seed.</summary>
public static class ArrivalSchedule
{
    /// <returns>Seconds from the start, ascending, all within <paramref name="seconds"/>.</returns>
    public static double[] Poisson(double perSecond, double seconds, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        var random = new Random(seed);
        var due = new List<double>((int)(perSecond * seconds * 1.1) + 16);
        for (var at = Gap(); at < seconds; at += Gap())
            due.Add(at);
        return [.. due];

        double Gap() => -Math.Log(1 - random.NextDouble()) / perSecond;
    }
}
