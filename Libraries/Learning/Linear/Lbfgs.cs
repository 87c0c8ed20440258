namespace Learning.Linear;

/// <param name="Converged">The gradient fell under the tolerance; else the iterations or the line search ended.</param>
public sealed record LbfgsResult(double[] Point, double Loss, int Iterations, int Evaluations, bool Converged);

/// <summary>
/// Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 7.5) with a line search for the
/// strong Wolfe conditions.
/// </summary>
/// <param name="lossAndGradient">Takes a point, writes the gradient there, answers the loss.</param>
/// <param name="memory">Pairs of steps and gradient changes that stand for the Hessian.</param>
public sealed class Lbfgs(Func<double[], double[], double> lossAndGradient, int maxIterations = 200, double tolerance = 1e-6, int memory = 10)
{
    private readonly LinkedList<(double[] Step, double[] Change, double Rho)> history = new();

    /// <param name="onIteration">Number from 1, the loss, and the point.</param>
    public LbfgsResult Minimise(double[] start, Action<int, double, double[]>? onIteration = null, CancellationToken cancellation = default)
    {
        var search = new LineSearch(lossAndGradient);
        var (point, gradient) = ((double[])start.Clone(), new double[start.Length]);
        var loss = search.Evaluate(point, gradient);
        var iterations = 0;
        for (; iterations < maxIterations && Largest(gradient) > tolerance; iterations++)
        {
            cancellation.ThrowIfCancellationRequested();
            var direction = Direction(gradient);
            if (Vectors.Dot(direction, gradient) >= 0)
            {
                // Rounding made the pairs useless: start over from the steepest descent.
                history.Clear();
                direction = Direction(gradient);
            }
            var first = history.Count == 0 ? Math.Min(1, 1 / Math.Sqrt(Vectors.Dot(gradient, gradient))) : 1;
            if (search.Find(point, loss, gradient, direction, first) is not { } found)
                break;
            Remember(point, gradient, found);
            (point, loss, gradient) = (found.Point, found.Loss, found.Gradient);
            onIteration?.Invoke(iterations + 1, loss, point);
        }
        return new LbfgsResult(point, loss, iterations, search.Evaluations, Largest(gradient) <= tolerance);
    }

    private double[] Direction(double[] gradient)
    {
        var direction = Array.ConvertAll(gradient, g => -g);
        var alphas = new Stack<double>();
        foreach (var (step, change, rho) in history)
        {
            alphas.Push(rho * Vectors.Dot(step, direction));
            Vectors.AddScaled(direction, change, -alphas.Peek());
        }
        if (history.First is { Value: var (newestStep, newestChange, _) })
            Vectors.Scale(direction, Vectors.Dot(newestStep, newestChange) / Vectors.Dot(newestChange, newestChange));
        for (var node = history.Last; node is not null; node = node.Previous)
        {
            var (step, change, rho) = node.Value;
            Vectors.AddScaled(direction, step, alphas.Pop() - (rho * Vectors.Dot(change, direction)));
        }
        return direction;
    }

    private void Remember(double[] point, double[] gradient, LineSearch.Found found)
    {
        var step = (double[])found.Point.Clone();
        Vectors.AddScaled(step, point, -1);
        var change = (double[])found.Gradient.Clone();
        Vectors.AddScaled(change, gradient, -1);
        var curvature = Vectors.Dot(step, change);
        if (curvature <= 1e-12 * Vectors.Dot(change, change))
            return;
        history.AddFirst((step, change, 1 / curvature));
        if (history.Count > memory)
            history.RemoveLast();
    }

    private static double Largest(double[] values)
    {
        var largest = 0.0;
        foreach (var value in values)
            largest = Math.Max(largest, Math.Abs(value)); // NaN stays NaN, and ends the loop
        return largest;
    }
}
