namespace Learning.Evaluation;

public readonly record struct CurvePoint(double X, double Y);

/// <param name="Name">A class, or what else the curve is of.</param>
public sealed record Curve(string Name, IReadOnlyList<CurvePoint> Points)
{
    private const int MostPoints = 200;

    /// <summary>The same with fewer points, evenly picked; the first and the last stay.</summary>
    internal static Curve Of(string name, IReadOnlyList<CurvePoint> points) => new(name, points.Count <= MostPoints
        ? points
        : [.. Enumerable.Range(0, MostPoints).Select(i => points[(int)((long)i * (points.Count - 1) / (MostPoints - 1))])]);
}

/// <summary>Rows whose highest probability lies in one tenth.</summary>
/// <param name="Confidence">Their mean probability; with perfect calibration it is their accuracy.</param>
public sealed record CalibrationBin(double From, double To, int Rows, double Confidence, double Accuracy);
