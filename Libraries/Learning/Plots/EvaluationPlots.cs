using System.Globalization;
using Learning.Evaluation;

namespace Learning.Plots;

/// <summary>Pictures of an evaluation, each an SVG document.</summary>
public static class EvaluationPlots
{
    private const int MostCurves = Svg.Colours, MostClasses = 40, FewestInBin = 5;

    public static string Roc(EvaluationReport report)
    {
        var shown = Shown(report, report.Roc);
        var chart = new Chart(Titled("ROC", shown, report.Roc), "false positive rate", "true positive rate", (0, 1), (0, 1), lines: Chart.LinesFor(shown.Select(curve => Named(report, curve)))).Even(0, 0, 1, 1);
        foreach (var (colour, curve) in shown.Index())
            chart.Curve(Named(report, curve), curve.Points.Select(point => (point.X, point.Y)), colour);
        return chart.ToString();
    }

    /// <summary>The dashed line is what answering the class always would reach, with one curve.</summary>
    public static string PrecisionRecall(EvaluationReport report)
    {
        var shown = Shown(report, report.PrecisionRecall);
        var chart = new Chart(Titled("Precision and recall", shown, report.PrecisionRecall), "recall", "precision", (0, 1), (0, 1), lines: Chart.LinesFor(shown.Select(curve => curve.Name)));
        if (report.PrecisionRecall is [var only])
        {
            var share = (double)Of(report, only).Support / report.Rows;
            chart.Even(0, share, 1, share);
        }
        foreach (var (colour, curve) in shown.Index())
            chart.Curve(curve.Name, curve.Points.Select(point => (point.X, point.Y)), colour);
        return chart.ToString();
    }

    /// <summary>Bars are as strong as they have rows, and without a dot where these are too few to say anything; on the dashed line confidence is what it says.</summary>
    public static string Calibration(EvaluationReport report)
    {
        var chart = new Chart(Invariant($"Calibration (expected error {report.CalibrationError:0.000})"), "confidence", "accuracy", (0, 1), (0, 1));
        var most = report.Calibration.Max(bin => bin.Rows);
        foreach (var bin in report.Calibration)
            chart.Bar(bin.From, bin.To, bin.Accuracy, 0.25 + (0.55 * bin.Rows / most), Invariant($"{bin.Rows} rows of confidence {bin.Confidence:0.00}: {bin.Accuracy:0.00} right"));
        return chart.Even(0, 0, 1, 1).Curve("mean confidence, accuracy", report.Calibration.Where(bin => bin.Rows >= FewestInBin).Select(bin => (bin.Confidence, bin.Accuracy)), 1, dots: true).ToString();
    }

    /// <summary>A row per class; as strong as the share of its rows. Of very many classes those with the most mistakes.</summary>
    public static string Confusion(EvaluationReport report)
    {
        const int left = 118, top = 82, room = 320;
        var shown = MostMistaken(report);
        var (count, cell) = (shown.Length, (double)room / shown.Length);
        var svg = new Svg(left + room + 22, top + room + 26, count < report.Classes.Count ? Invariant($"Confusion matrix (the {count} classes most mistaken of {report.Classes.Count})") : "Confusion matrix");
        svg.Text(left + (room / 2.0), 50, "predicted", "soft", "middle");
        svg.Text(16, top + (room / 2.0), "label", "soft", "middle", -90);
        for (var row = 0; row < count; row++)
        {
            if (cell >= 12)
                svg.Text(left - 8, top + ((row + 0.5) * cell) + 4, Names.Short(report.Classes[shown[row]].Class, 13), "", "end");
            if (cell >= 28)
                svg.Text(left + ((row + 0.5) * cell), top - 8, Names.Short(report.Classes[shown[row]].Class, Math.Max(2, (int)(cell / 7))), "", "middle");
            for (var column = 0; column < count; column++)
                Cell(svg, report, shown[row], shown[column], left + (column * cell), top + (row * cell), cell);
        }
        return svg.ToString();
    }

    private static int[] MostMistaken(EvaluationReport report)
    {
        int Mistakes(int k) => report.Confusion[k].Sum() + report.Confusion.Sum(row => row[k]) - (2 * report.Confusion[k][k]);
        var classes = Enumerable.Range(0, report.Classes.Count);
        return report.Classes.Count <= MostClasses ? [.. classes] : [.. classes.OrderByDescending(Mistakes).Take(MostClasses).Order()];
    }

    private static void Cell(Svg svg, EvaluationReport report, int label, int predicted, double x, double y, double size)
    {
        var rows = report.Confusion[label][predicted];
        var share = report.Classes[label].Support == 0 ? 0 : (double)rows / report.Classes[label].Support;
        var gap = size > 20 ? 2 : 0.5;
        svg.Box(x, y, size - gap, size - gap, "empty", 0.6);
        svg.Box(x, y, size - gap, size - gap, "bar", share, tip: Invariant($"{report.Classes[label].Class} called {report.Classes[predicted].Class}: {rows} ({share:P1})"));
        var on = share > 0.75 ? "on" : ""; // below, dark letters read better
        if (size >= 64)
        {
            svg.Text(x + (size / 2), y + (size / 2), Invariant($"{rows:N0}"), $"{on} title", "middle");
            svg.Text(x + (size / 2), y + (size / 2) + 18, Invariant($"{share:P1}"), on, "middle");
        }
        else if (size >= 26 && rows > 0)
            svg.Text(x + (size / 2), y + (size / 2) + 4, $"{rows}", size < 40 ? $"{on} small" : on, "middle");
    }

    // One colour each: where there are more, those that are told from the rest the worst.
    private static Curve[] Shown(EvaluationReport report, IReadOnlyList<Curve> curves) =>
        curves.Count <= MostCurves ? [.. curves] : [.. curves.OrderBy(curve => Of(report, curve).RocAuc).Take(MostCurves)];

    private static string Titled(string title, Curve[] shown, IReadOnlyList<Curve> all) => shown.Length < all.Count ? Invariant($"{title} (the worst {shown.Length} of {all.Count} classes)") : title;

    private static string Named(EvaluationReport report, Curve curve) => Of(report, curve).RocAuc is { } area ? Invariant($"{Names.Short(curve.Name, 12)} {area:0.000}") : curve.Name;

    private static ClassReport Of(EvaluationReport report, Curve curve) => report.Classes.First(each => each.Class == curve.Name);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
