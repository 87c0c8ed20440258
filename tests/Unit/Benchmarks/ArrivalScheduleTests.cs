using Benchmarks.Load;
using NUnit.Framework;

namespace Unit.Benchmarks;

[TestFixture]
public sealed class ArrivalScheduleTests
{
    [Test]
    public void Arrivals_come_at_the_mean_rate_within_the_time()
    {
        var due = ArrivalSchedule.Poisson(perSecond: 1000, seconds: 20, seed: 1);

        Assert.Multiple(() =>
        {
            Assert.That(due, Has.Length.EqualTo(20_000).Within(500)); // a Poisson count deviates by 141
            Assert.That(due, Is.Ordered);
            Assert.That(due, Has.All.GreaterThan(0).And.All.LessThan(20));
        });
    }

    [Test]
    public void Gaps_are_exponential()
    {
        var due = ArrivalSchedule.Poisson(perSecond: 1000, seconds: 20, seed: 2);
        var gaps = due.Zip(due.Skip(1), (earlier, later) => later - earlier).ToArray();

        // A share of 1/e is longer than the mean; of equal gaps it would be all or none.
        Assert.That(gaps.Count(gap => gap > 0.001) / (double)gaps.Length, Is.EqualTo(1 / Math.E).Within(0.02));
    }

    [Test]
    public void One_seed_gives_one_schedule() =>
        Assert.That(ArrivalSchedule.Poisson(100, 5, seed: 3), Is.EqualTo(ArrivalSchedule.Poisson(100, 5, seed: 3)).And.Not.EqualTo(ArrivalSchedule.Poisson(100, 5, seed: 4)));
}
