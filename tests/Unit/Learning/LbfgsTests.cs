using Learning.Linear;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class LbfgsTests
{
    [Test]
    public void The_bottom_of_a_quadratic_is_found()
    {
        double[] centre = [3, -2, 0.5], steepness = [1, 100, 0.01];
        var result = new Lbfgs((x, gradient) =>
        {
            var loss = 0.0;
            for (var i = 0; i < x.Length; i++)
            {
                gradient[i] = steepness[i] * (x[i] - centre[i]);
                loss += steepness[i] / 2 * (x[i] - centre[i]) * (x[i] - centre[i]);
            }
            return loss;
        }, tolerance: 1e-10).Minimise(new double[3]);

        Assert.That(result.Converged);
        Assert.That(result.Point, Is.EqualTo(centre).Within(1e-7));
    }

    [Test]
    public void The_bottom_of_Rosenbrocks_valley_is_found()
    {
        var result = new Lbfgs(Rosenbrock, tolerance: 1e-10).Minimise([-1.2, 1]);

        Assert.That(result.Converged);
        Assert.That(result.Point, Is.EqualTo(new double[] { 1, 1 }).Within(1e-8));
        Assert.That(result.Evaluations, Is.LessThan(100), "it is known to take some 40");
    }

    [Test]
    public void The_loss_falls_with_every_iteration()
    {
        List<double> losses = [];
        new Lbfgs(Rosenbrock).Minimise([-1.2, 1], (_, loss, _) => losses.Add(loss));

        Assert.That(losses, Is.Ordered.Descending);
    }

    [Test]
    public void A_loss_that_is_infinite_beyond_some_point_is_stepped_back_from()
    {
        // -log x - log(1 - x): a bowl between two walls.
        var result = new Lbfgs((x, gradient) =>
        {
            if (x[0] is <= 0 or >= 1)
                return double.PositiveInfinity;
            gradient[0] = (-1 / x[0]) + (1 / (1 - x[0]));
            return -Math.Log(x[0]) - Math.Log(1 - x[0]);
        }, tolerance: 1e-9).Minimise([1e-3]);

        Assert.That(result.Point[0], Is.EqualTo(0.5).Within(1e-8));
    }

    [Test]
    public void It_ends_where_its_iterations_end()
    {
        var result = new Lbfgs(Rosenbrock, maxIterations: 3).Minimise([-1.2, 1]);

        Assert.That(result.Iterations, Is.EqualTo(3));
        Assert.That(result.Converged, Is.False);
    }

    private static double Rosenbrock(double[] x, double[] gradient)
    {
        var valley = x[1] - (x[0] * x[0]);
        gradient[0] = (-400 * x[0] * valley) - (2 * (1 - x[0]));
        gradient[1] = 200 * valley;
        return (100 * valley * valley) + ((1 - x[0]) * (1 - x[0]));
    }
}
