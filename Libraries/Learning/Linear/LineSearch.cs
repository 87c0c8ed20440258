namespace Learning.Linear;

/// <summary>Looks along a direction for a step that meets the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6).</summary>
internal sealed class LineSearch(Func<double[], double[], double> lossAndGradient)
{
    private const double Decrease = 1e-4, Curvature = 0.9;
    private const int MaxTrials = 30;

    /// <param name="Slope">Of the loss along the direction.</param>
    internal sealed record Found(double Length, double[] Point, double Loss, double[] Gradient, double Slope);

    public int Evaluations { get; private set; }

    public double Evaluate(double[] point, double[] gradient)
    {
        Evaluations++;
        return lossAndGradient(point, gradient);
    }

    /// <returns>Null when no step was found that lowers the loss: as far as doubles can tell this is the minimum.</returns>
    public Found? Find(double[] origin, double loss, double[] gradient, double[] direction, double firstLength)
    {
        var start = new Found(0, origin, loss, gradient, Vectors.Dot(gradient, direction));
        var (previous, length) = (start, firstLength);
        for (var trial = 0; trial < MaxTrials; trial++)
        {
            var current = At(start, direction, length);
            if (!double.IsFinite(current.Loss))
            {
                length = (previous.Length + length) / 2;
                continue;
            }
            if (current.Loss > start.Loss + (Decrease * length * start.Slope) || (trial > 0 && current.Loss >= previous.Loss))
                return Zoom(start, direction, previous, current);
            if (Math.Abs(current.Slope) <= -Curvature * start.Slope)
                return current;
            if (current.Slope >= 0)
                return Zoom(start, direction, current, previous);
            (previous, length) = (current, 2 * length);
        }
        return previous.Length > 0 ? previous : null;
    }

    // low is the best so far; the minimum lies between it and high.
    private Found? Zoom(Found start, double[] direction, Found low, Found high)
    {
        for (var trial = 0; trial < MaxTrials && Math.Abs(high.Length - low.Length) > 1e-14; trial++)
        {
            var current = At(start, direction, Between(low, high));
            if (!double.IsFinite(current.Loss) || current.Loss > start.Loss + (Decrease * current.Length * start.Slope) || current.Loss >= low.Loss)
            {
                high = current;
                continue;
            }
            if (Math.Abs(current.Slope) <= -Curvature * start.Slope)
                return current;
            if (current.Slope * (high.Length - low.Length) >= 0)
                high = low;
            low = current;
        }
        return low.Length > 0 ? low : null;
    }

    // The minimum of the cubic through both ends (their equation 3.59), kept off the ends; else the middle.
    private static double Between(Found low, Found high)
    {
        var d1 = low.Slope + high.Slope - (3 * (low.Loss - high.Loss) / (low.Length - high.Length));
        var root = Math.Sqrt((d1 * d1) - (low.Slope * high.Slope)) * Math.Sign(high.Length - low.Length);
        var cubic = high.Length - ((high.Length - low.Length) * (high.Slope + root - d1) / (high.Slope - low.Slope + (2 * root)));
        var (least, most) = (Math.Min(low.Length, high.Length), Math.Max(low.Length, high.Length));
        var margin = 0.1 * (most - least);
        return cubic > least + margin && cubic < most - margin ? cubic : (least + most) / 2;
    }

    private Found At(Found start, double[] direction, double length)
    {
        var (point, gradient) = ((double[])start.Point.Clone(), new double[direction.Length]);
        Vectors.AddScaled(point, direction, length);
        var loss = Evaluate(point, gradient);
        return new Found(length, point, loss, gradient, Vectors.Dot(gradient, direction));
    }
}
