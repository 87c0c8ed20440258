namespace Learning.Plots;

/// <summary>A frame with two axes, into which curves are drawn by their values.</summary>
internal sealed class Chart
{
    private const int Width = 460, Height = 360, Left = 58, Top = 64, Right = 22, Bottom = 50;
    private readonly Svg svg;
    private readonly (double From, double To) x, y;
    private double legend = Left;

    /// <param name="xTick">How a value at an axis is written.</param>
    public Chart(string title, string xName, string yName, (double From, double To) x, (double From, double To) y, Func<double, string>? xTick = null, Func<double, string>? yTick = null)
    {
        (svg, this.x, this.y) = (new Svg(Width, Height, title), x, y);
        foreach (var tick in Ticks(y))
        {
            svg.Line(Left, Y(tick), Width - Right, Y(tick), "grid");
            svg.Text(Left - 8, Y(tick) + 4, (yTick ?? Svg.Number)(tick), "soft", "end");
        }
        foreach (var tick in Ticks(x))
        {
            svg.Line(X(tick), Height - Bottom, X(tick), Height - Bottom + 4, "axis");
            svg.Text(X(tick), Height - Bottom + 18, (xTick ?? Svg.Number)(tick), "soft", "middle");
        }
        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis");
        svg.Text((Left + Width - Right) / 2.0, Height - 12, xName, "soft", "middle");
        svg.Text(16, (Top + Height - Bottom) / 2.0, yName, "soft", "middle", -90);
    }

    public Chart Curve(string name, IEnumerable<(double X, double Y)> points, int colour, bool dots = false)
    {
        var drawn = points.Select(point => (X: X(point.X), Y: Y(point.Y))).ToArray();
        if (drawn.Length > 1)
            svg.Path(drawn, "line", colour);
        foreach (var (dotX, dotY) in dots || drawn.Length == 1 ? drawn : [])
            svg.Dot(dotX, dotY, 3.5, colour);
        Name(name, colour);
        return this;
    }

    /// <summary>A dashed line without a name: chance, perfection, the round that was kept.</summary>
    public Chart Even(double fromX, double fromY, double toX, double toY)
    {
        svg.Line(X(fromX), Y(fromY), X(toX), Y(toY), "even");
        return this;
    }

    public Chart Bar(double from, double to, double height, double opacity, string tip)
    {
        svg.Box(X(from) + 1, Y(height), X(to) - X(from) - 2, Y(0) - Y(height), "bar", opacity, 2, tip);
        return this;
    }

    public override string ToString() => svg.ToString();

    // Names stand in a row below the title, as many as find room.
    private void Name(string name, int colour)
    {
        const int end = Width - Right;
        var shown = Names.Short(name, 32);
        var needs = 26 + (6.2 * shown.Length);
        if (legend + needs > end)
        {
            if (legend < end)
                svg.Text(end, 50, "…", "soft", "end");
            legend = end;
            return;
        }
        svg.Line(legend, 46, legend + 14, 46, "line", colour);
        svg.Text(legend + 19, 50, shown, "soft");
        legend += needs;
    }

    private double X(double value) => Left + ((value - x.From) / (x.To - x.From) * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - ((value - y.From) / (y.To - y.From) * (Height - Top - Bottom));

    // Four to six round numbers.
    private static IEnumerable<double> Ticks((double From, double To) range)
    {
        var rough = (range.To - range.From) / 5;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = magnitude * (rough / magnitude) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        for (var tick = Math.Ceiling((range.From / step) - 1e-9) * step; tick <= range.To + (step * 1e-9); tick += step)
            yield return Math.Abs(tick) < step * 1e-6 ? 0 : tick; // rounding would leave -0
    }
}
