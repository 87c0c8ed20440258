using Learning.Evaluation;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class NumberChallengeTests
{
    [Test]
    public void A_candidate_that_is_equal_or_better_passes()
    {
        var (targets, live) = Predicted(300, error: 1);
        var better = NumberChallenge.Of(targets, live, Predicted(300, error: 0.8).Predicted);

        Assert.That(NumberChallenge.Of(targets, live, live), Has.Property("Passed").True.And.Property("Gain").EqualTo(0).And.Property("WorsePValue").EqualTo(1));
        Assert.That(better.Passed);
        Assert.That(better.Gain, Is.EqualTo(better.LiveError - better.CandidateError).Within(1e-12).And.GreaterThan(0.05));
        Assert.That(better.GainInterval.Low, Is.GreaterThan(0).And.LessThan(better.Gain));
        Assert.That(better.GainInterval.High, Is.GreaterThan(better.Gain));
    }

    [Test]
    public void One_that_is_worse_does_not_and_is_told_how_sure_that_is()
    {
        var (targets, live) = Predicted(300, error: 1);
        var slightly = NumberChallenge.Of(targets, live, [.. live.Select((number, row) => row == 0 ? targets[0] + (1.1f * (number - targets[0])) : number)]);
        var clearly = NumberChallenge.Of(targets, live, Predicted(300, error: 2).Predicted);

        Assert.That(slightly, Has.Property("Passed").False.And.Property("Explanation").Contains("no gain"));
        Assert.That(slightly.WorsePValue, Is.GreaterThan(0.05));
        Assert.That(clearly, Has.Property("Passed").False.And.Property("Explanation").Contains("significantly worse"));
        Assert.That(clearly.WorsePValue, Is.LessThan(0.001));
    }

    [Test]
    public void The_p_value_is_that_of_the_normal_distribution_where_there_are_many_rows()
    {
        // Gains of mean -0.02 and deviation 1 on 10,000 rows: two standard errors below 0.
        float[] targets = new float[10_000], live = [.. Enumerable.Repeat(5f, 10_000)];
        float[] candidate = [.. Enumerable.Range(0, 10_000).Select(i => i % 2 == 0 ? 6.02f : 4.02f)];

        Assert.That(NumberChallenge.Of(targets, live, candidate).WorsePValue, Is.EqualTo(0.02275).Within(2e-4));
    }

    [Test]
    public void Resampling_and_the_normal_distribution_agree_where_one_takes_over_from_the_other()
    {
        float[] targets = new float[5001], live = [.. Enumerable.Repeat(5f, 5001)];
        float[] candidate = [.. Enumerable.Range(0, 5001).Select(i => i % 2 == 0 ? 6.014f : 4.014f)]; // one standard error worse
        var (resampled, counted) = (NumberChallenge.Of(targets[1..], live[1..], candidate[1..]), NumberChallenge.Of(targets, live, candidate));

        Assert.That(counted.GainInterval.High - counted.GainInterval.Low, Is.EqualTo(resampled.GainInterval.High - resampled.GainInterval.Low).Within(5).Percent);
        Assert.That(counted.WorsePValue, Is.EqualTo(resampled.WorsePValue).Within(0.02).And.EqualTo(0.16).Within(0.02));
    }

    [Test]
    public void The_same_rows_give_the_same_answer()
    {
        var (targets, live) = Predicted(200, error: 1);
        Assert.That(NumberChallenge.Of(targets, live, Predicted(200, 1.01).Predicted), Is.EqualTo(NumberChallenge.Of(targets, live, Predicted(200, 1.01).Predicted)));
    }

    [Test]
    public void No_rows_and_answers_to_other_rows_are_refused()
    {
        Assert.That(() => NumberChallenge.Of([], [], []), Throws.ArgumentException);
        Assert.That(() => NumberChallenge.Of([1, 2], [1, 2], [1]), Throws.ArgumentException);
    }

    [Test]
    public void A_challenge_that_is_cancelled_ends()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var (targets, live) = Predicted(200, error: 1);
        Assert.That(() => NumberChallenge.Of(targets, live, live, cancellation: stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private static (float[] Targets, float[] Predicted) Predicted(int rows, double error)
    {
        var random = new Random(3);
        float[] targets = [.. Enumerable.Range(0, rows).Select(i => i * 0.1f)];
        var noise = new Random((int)(error * 1000));
        return (targets, [.. targets.Select(target => target + (float)(error * ((2 * random.NextDouble()) - 1 + (0.3 * noise.NextDouble()))))]);
    }
}
