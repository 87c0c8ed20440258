using Learning.Evaluation;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class SignificanceTests
{
    // From tables of the binomial distribution: P(X ≤ 2), n = 10, is 56/1024.
    [TestCase(2, 8, 112 / 1024.0)]
    [TestCase(0, 5, 2 / 32.0)]
    [TestCase(5, 5, 1)]
    [TestCase(0, 0, 1)]
    public void McNemars_p_is_a_coins(int onlyFirst, int onlySecond, double p) =>
        Assert.That(McNemar.Of(onlyFirst, onlySecond).PValue, Is.EqualTo(p).Within(1e-12));

    [Test]
    public void McNemar_holds_for_many_rows()
    {
        // Normal approximation with continuity correction: |100000 - 101000| - 1 over the root of 201000.
        Assert.That(McNemar.Of(100_000, 101_000).PValue, Is.EqualTo(0.0258).Within(5e-4));
        Assert.That(McNemar.Of(101_000, 100_000).WorsePValue, Is.EqualTo(0.0129).Within(3e-4));
    }

    // Wilson 1927, as any table has it.
    [TestCase(8, 10, 0.4902, 0.9433)]
    [TestCase(0, 10, 0, 0.2775)]
    [TestCase(10, 10, 0.7225, 1)]
    [TestCase(0, 0, 0, 1)]
    public void Wilsons_interval_is_that_of_the_tables(int successes, int trials, double low, double high)
    {
        var interval = Interval.Wilson(successes, trials);
        Assert.That((interval.Low, interval.High), Is.EqualTo((low, high)).Using<(double, double)>((a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-4 && Math.Abs(a.Item2 - b.Item2) < 1e-4));
    }

    [Test]
    public void A_bootstrap_of_equal_models_finds_no_difference_and_one_of_a_better_model_finds_it()
    {
        var random = new Random(1);
        double[] weak = [.. Enumerable.Range(0, 500).Select(_ => random.NextDouble() < 0.6 ? 1.0 : 0)], strong = [.. weak.Select(right => random.NextDouble() < 0.5 ? 1.0 : right)];
        Func<int[], double> Mean(double[] values) => rows => rows.Average(row => values[row]);

        Assert.That(PairedBootstrap.Compare(500, Mean(weak), Mean(weak)).Between, Is.EqualTo(new Interval(0, 0)));
        var better = PairedBootstrap.Compare(500, Mean(weak), Mean(strong));
        Assert.That(better.Between.Low, Is.GreaterThan(0).And.LessThan(better.Difference));
        Assert.That(better.Between.High, Is.GreaterThan(better.Difference));
        Assert.That(better.WorseShare, Is.EqualTo(0));
    }

    [Test]
    public void The_interval_of_many_rows_is_that_of_as_many_resampled()
    {
        var random = new Random(2);
        int[] Answers(int rows) => [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() < 0.9 ? 1 : 0)];
        var (few, many) = (50_000, 50_001);
        int[] live = Answers(many), candidate = Answers(many), labels = [.. Enumerable.Repeat(1, many)];

        var (resampled, counted) = (Challenge.Of(labels[..few], live[..few], candidate[..few]).GainInterval, Challenge.Of(labels, live, candidate).GainInterval);

        Assert.That((counted.Low, counted.High), Is.EqualTo((resampled.Low, resampled.High)).Using<(double, double)>((a, b) => Math.Abs(a.Item1 - b.Item1) < 4e-4 && Math.Abs(a.Item2 - b.Item2) < 4e-4));
        Assert.That(counted.High - counted.Low, Is.GreaterThan(0.006), "so that the tolerance says something");
    }

    [Test]
    public void A_candidate_that_is_equal_or_better_passes_and_one_that_is_worse_does_not()
    {
        int[] labels = [.. Enumerable.Repeat(1, 200)];
        int[] Right(int count) => [.. Enumerable.Range(0, 200).Select(i => i < count ? 1 : 0)];

        Assert.That(Challenge.Of(labels, Right(150), Right(150)).Passed);
        Assert.That(Challenge.Of(labels, Right(150), Right(160)).Passed);
        Assert.That(Challenge.Of(labels, Right(150), Right(149)), Has.Property("Passed").False.And.Property("Explanation").Contains("no gain"));
        Assert.That(Challenge.Of(labels, Right(150), Right(100)), Has.Property("Passed").False.And.Property("Explanation").Contains("significantly worse"));
    }
}
