namespace Learning.Plots;

/// <summary>A frame with two axes, into which curves are drawn by their values.</summary>
internal sealed class Chart
{
    private const int Width = 460, Left = 58, Right = 22, Bottom = 50, Line = 17;
    private readonly Svg svg;
    private readonly (double From, double To) x, y;
    private readonly int lines, top, height;
    private int line;
    private double legend = Left;

    /// <param name="xTick">How a value at an axis is written, as <paramref name="yTick"/>.</param>
    /// <param name="lines">That the names of the curves take at most.</param>
    public Chart(string title, string xName, string yName, (double From, double To) x, (double From, double To) y, Func<double, string>? xTick = null, int lines = 1, Func<double, string>? yTick = null)
    {
        (this.lines, top, height) = (lines, 47 + (lines * Line), 343 + (lines * Line));
        (svg, this.x, this.y) = (new Svg(Width, height, title), x, y);
        foreach (var tick in Ticks(y))
        {
            svg.Line(Left, Y(tick), Width - Right, Y(tick), "grid");
            svg.Text(Left - 8, Y(tick) + 4, (yTick ?? Svg.Number)(tick), "soft", "end");
        }
        foreach (var tick in Ticks(x))
        {
            svg.Line(X(tick), height - Bottom, X(tick), height - Bottom + 4, "axis");
            svg.Text(X(tick), height - Bottom + 18, (xTick ?? Svg.Number)(tick), "soft", "middle");
        }
        svg.Line(Left, height - Bottom, Width - Right, height - Bottom, "axis");
        svg.Text((Left + Width - Right) / 2.0, height - 12, xName, "soft", "middle");
        svg.Text(16, (top + height - Bottom) / 2.0, yName, "soft", "middle", -90);
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

    /// <summary>Dots without a line or a name.</summary>
    public Chart Dots(IEnumerable<(double X, double Y)> points, int colour, double opacity)
    {
        foreach (var (pointX, pointY) in points)
            svg.Dot(X(pointX), Y(pointY), 3, colour, opacity);
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
        svg.Box(X(from) + 1, Y(height), Math.Max(1, X(to) - X(from) - 2), Y(0) - Y(height), "bar", opacity, 2, tip);
        return this;
    }

    public override string ToString() => svg.ToString();

    /// <summary>How many lines these names take.</summary>
    public static int LinesFor(IEnumerable<string> names)
    {
        var (lines, at) = (1, (double)Left);
        foreach (var name in names)
        {
            (lines, at) = at > Left && at + Room(name) > Width - Right ? (lines + 1, Left) : (lines, at);
            at += Room(name);
        }
        return lines;
    }

    // Names stand below the title, as many as find room.
    private void Name(string name, int colour)
    {
        if (legend > Left && legend + Room(name) > Width - Right)
        {
            if (++line >= lines)
            {
                if (line == lines)
                    svg.Text(Width - Right, 50 + ((lines - 1) * Line), "…", "soft", "end");
                return;
            }
            legend = Left;
        }
        svg.Line(legend, 46 + (line * Line), legend + 14, 46 + (line * Line), "line", colour);
        svg.Text(legend + 19, 50 + (line * Line), Shown(name), "soft");
        legend += Room(name);
    }

    private static double Room(string name) => 28 + (6.2 * Shown(name).Length);

    private static string Shown(string name) => Names.Short(name, 32);

    private double X(double value) => Left + ((value - x.From) / (x.To - x.From) * (Width - Left - Right));

    private double Y(double value) => height - Bottom - ((value - y.From) / (y.To - y.From) * (height - top - Bottom));

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
