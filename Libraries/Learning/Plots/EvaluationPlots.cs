using System.Globalization;
using Learning.Evaluation;

namespace Learning.Plots;

/// <summary>Pictures of an evaluation, each an SVG document.</summary>
public static class EvaluationPlots
{
    public static string Roc(EvaluationReport report)
    {
        var chart = new Chart("ROC", "false positive rate", "true positive rate", (0, 1), (0, 1)).Even(0, 0, 1, 1);
        foreach (var (colour, curve) in report.Roc.Index())
            chart.Curve(Named(curve.Name, report.Classes.First(each => each.Class == curve.Name).RocAuc), curve.Points.Select(point => (point.X, point.Y)), colour);
        return chart.ToString();
    }

    /// <summary>The dashed line is what answering the class always would reach, with one curve.</summary>
    public static string PrecisionRecall(EvaluationReport report)
    {
        var chart = new Chart("Precision and recall", "recall", "precision", (0, 1), (0, 1));
        if (report.PrecisionRecall is [var only])
        {
            var share = (double)report.Classes.First(each => each.Class == only.Name).Support / report.Rows;
            chart.Even(0, share, 1, share);
        }
        foreach (var (colour, curve) in report.PrecisionRecall.Index())
            chart.Curve(curve.Name, curve.Points.Select(point => (point.X, point.Y)), colour);
        return chart.ToString();
    }

    /// <summary>Bars are as strong as they have rows; on the dashed line confidence is what it says.</summary>
    public static string Calibration(EvaluationReport report)
    {
        var chart = new Chart(Invariant($"Calibration (expected error {report.CalibrationError:0.000})"), "confidence", "accuracy", (0, 1), (0, 1));
        var most = report.Calibration.Max(bin => bin.Rows);
        foreach (var bin in report.Calibration)
            chart.Bar(bin.From, bin.To, bin.Accuracy, 0.25 + (0.55 * bin.Rows / most), Invariant($"{bin.Rows} rows of confidence {bin.Confidence:0.00}: {bin.Accuracy:0.00} right"));
        return chart.Even(0, 0, 1, 1).Curve("mean confidence, accuracy", report.Calibration.Select(bin => (bin.Confidence, bin.Accuracy)), 1, dots: true).ToString();
    }

    /// <summary>A row per class; as strong as the share of its rows.</summary>
    public static string Confusion(EvaluationReport report)
    {
        const int left = 118, top = 82, room = 320;
        var (count, cell) = (report.Classes.Count, (double)room / report.Classes.Count);
        var svg = new Svg(left + room + 22, top + room + 26, "Confusion matrix");
        svg.Text(left + (room / 2.0), 50, "predicted", "soft", "middle");
        svg.Text(16, top + (room / 2.0), "label", "soft", "middle", -90);
        for (var k = 0; k < count; k++)
        {
            if (cell >= 12)
                svg.Text(left - 8, top + ((k + 0.5) * cell) + 4, Names.Short(report.Classes[k].Class, 13), "", "end");
            if (cell >= 28)
                svg.Text(left + ((k + 0.5) * cell), top - 8, Names.Short(report.Classes[k].Class, Math.Max(2, (int)(cell / 7))), "", "middle");
            for (var predicted = 0; predicted < count; predicted++)
                Cell(svg, report, k, predicted, left + (predicted * cell), top + (k * cell), cell);
        }
        return svg.ToString();
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
            svg.Text(x + (size / 2), y + (size / 2) + 4, $"{rows}", on, "middle");
    }

    private static string Named(string name, double? area) => area is null ? name : Invariant($"{Names.Short(name, 12)} {area:0.000}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
