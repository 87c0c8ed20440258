using Learning.Linear;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class SoftmaxLossTests
{
    [Test]
    public void The_gradient_is_what_small_steps_show([Values(2, 3)] int classes)
    {
        var loss = LossOf(classes, threads: 2, out var point);
        var gradient = new double[point.Length];
        loss.At(point, gradient);

        const double step = 1e-5;
        for (var i = 0; i < point.Length; i++)
        {
            var (up, down, ignored) = ((double[])point.Clone(), (double[])point.Clone(), new double[point.Length]);
            up[i] += step;
            down[i] -= step;
            var slope = (loss.At(up, ignored) - loss.At(down, ignored)) / (2 * step);
            Assert.That(gradient[i], Is.EqualTo(slope).Within(1e-8), $"component {i}");
        }
    }

    [Test]
    public void Loss_and_gradient_are_the_same_to_the_last_bit_however_many_threads()
    {
        var (one, many) = (LossOf(3, threads: 1, out var point), LossOf(3, threads: 4, out _));
        var (gradientOfOne, gradientOfMany) = (new double[point.Length], new double[point.Length]);

        Assert.That(many.At(point, gradientOfMany), Is.EqualTo(one.At(point, gradientOfOne)));
        Assert.That(gradientOfMany, Is.EqualTo(gradientOfOne));
    }

    [Test]
    public void Scores_beyond_what_an_exponential_holds_give_a_finite_loss()
    {
        var loss = LossOf(2, threads: 1, out var point);
        var far = Array.ConvertAll(point, weight => weight * 1e6);

        Assert.That(loss.At(far, new double[far.Length]), Is.GreaterThan(1000).And.LessThan(double.PositiveInfinity));
    }

    // Missing cells, unknown categories, weights and a penalty; a number of rows that no block size divides.
    private static SoftmaxLoss LossOf(int classes, int threads, out double[] point)
    {
        var table = TestTables.Mixed(rows: 203, classes);
        var rows = table.AllRows();
        var loss = new SoftmaxLoss(LinearEncoding.Fit(table, rows), table, rows, [1, 2.5, 0.5], 0.3, threads, CancellationToken.None);
        var random = new Random(5);
        point = [.. Enumerable.Range(0, loss.Parameters).Select(_ => random.NextDouble() - 0.5)];
        return loss;
    }
}
