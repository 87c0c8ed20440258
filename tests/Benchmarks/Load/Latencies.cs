namespace Benchmarks.Load;

/// <summary>What a sorted set of durations says. Every one is kept: a run has some ten thousand, and a histogram would round its p99.</summary>
public sealed record Latencies(int Count, double MeanMs, double P50Ms, double P90Ms, double P99Ms, double MaxMs)
{
    public static Latencies Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return sorted.Length == 0
            ? new Latencies(0, 0, 0, 0, 0, 0)
            : new Latencies(sorted.Length, sorted.Average(), Percentile(sorted, 50), Percentile(sorted, 90), Percentile(sorted, 99), sorted[^1]);
    }

    /// <summary>The nearest rank: the smallest value that at least <paramref name="percent"/> % of all do not exceed.</summary>
    public static double Percentile(ReadOnlySpan<double> sorted, double percent) =>
        sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * percent / 100) - 1, 0, sorted.Length - 1)];
}
