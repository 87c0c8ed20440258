using Benchmarks.Load;
using NUnit.Framework;

namespace Unit.Benchmarks;

[TestFixture]
public sealed class LatenciesTests
{
    [Test]
    public void A_percentile_is_the_nearest_rank()
    {
        double[] hundred = [.. Enumerable.Range(1, 100).Select(value => (double)value)];

        Assert.Multiple(() =>
        {
            Assert.That(Latencies.Percentile(hundred, 50), Is.EqualTo(50));
            Assert.That(Latencies.Percentile(hundred, 99), Is.EqualTo(99));
            Assert.That(Latencies.Percentile(hundred, 100), Is.EqualTo(100));
            Assert.That(Latencies.Percentile(hundred, 0), Is.EqualTo(1));
        });
    }

    [Test]
    public void The_p99_of_few_values_is_the_worst_of_them() =>
        Assert.That(Latencies.Percentile([1, 2, 30], 99), Is.EqualTo(30));

    [Test]
    public void Values_need_not_come_in_order()
    {
        var latencies = Latencies.Of([9, 1, 5]);

        Assert.That(latencies, Is.EqualTo(new Latencies(3, MeanMs: 5, P50Ms: 5, P90Ms: 9, P99Ms: 9, MaxMs: 9)));
    }

    [Test]
    public void No_values_are_no_error() =>
        Assert.That(Latencies.Of([]).Count, Is.Zero);
}
