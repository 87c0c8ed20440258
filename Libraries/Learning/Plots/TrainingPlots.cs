using System.Globalization;
using Learning.Evaluation;

namespace Learning.Plots;

/// <summary>Pictures of how a model came to be, each an SVG document.</summary>
public static class TrainingPlots
{
    private const int MostColumns = 20;
    private const string Error = "root mean squared error";

    /// <summary>Accuracy by how many rows were learned from; of numbers the root mean squared error.</summary>
    public static string LearningCurve(IReadOnlyList<LearningCurvePoint> points)
    {
        var numbers = points.Any(point => point.TestError is not null);
        double Test(LearningCurvePoint point) => (numbers ? point.TestError : point.TestAccuracy) ?? 0;
        double Training(LearningCurvePoint point) => (numbers ? point.TrainError : point.TrainAccuracy) ?? 0;
        var lowest = points.Select(point => Math.Min(Training(point), Test(point))).DefaultIfEmpty(0).Min();
        var highest = points.Select(point => Math.Max(Training(point), Test(point))).DefaultIfEmpty(0).Max();
        var range = !numbers ? (Math.Max(0, Math.Floor((lowest * 20) - 1) / 20), 1.0) : (0.0, highest > 0 ? highest * 1.05 : 1);
        return new Chart(
            "Learning curve", "training rows", numbers ? Error : "accuracy", (0, Math.Max(1, points.Select(point => point.Rows).DefaultIfEmpty(1).Max())), range, Rows, yTick: numbers ? Figure.Short : null)
            .Curve("test", points.Select(point => ((double)point.Rows, Test(point))), 0, dots: true)
            .Curve("training", points.Select(point => ((double)point.Rows, Training(point))), 1, dots: true)
            .ToString();
    }

    /// <summary>Loss by round; the dashed line is the round that was kept.</summary>
    /// <param name="numbers">The loss is the root mean squared error, in the label's unit.</param>
    public static string Rounds(IReadOnlyList<TrainingProgress> history, int bestRound, bool numbers = false)
    {
        var highest = history.Max(round => Math.Max(round.TrainLoss ?? 0, round.ValidationLoss ?? 0));
        var chart = new Chart(
            "Loss by round", "round", numbers ? Error : "loss", (1, Math.Max(2, history.Count)), (0, highest > 0 ? highest * 1.05 : 1), Rows, yTick: numbers ? Figure.Short : null)
            .Curve("training", Told(history, round => round.TrainLoss), 1);
        if (history.Any(round => round.ValidationLoss is not null))
            chart.Curve("validation", Told(history, round => round.ValidationLoss), 0);
        return chart.Even(bestRound, 0, bestRound, highest).ToString();
    }

    /// <summary>The twenty columns that count most.</summary>
    public static string Importance(IReadOnlyList<FeatureImportance> importance)
    {
        const int left = 150, room = 250, step = 22, top = 52;
        var shown = importance.Take(MostColumns).ToArray();
        var svg = new Svg(left + room + 60, top + (step * Math.Max(1, shown.Length)) + 14, importance.Count > shown.Length ? $"Importance of columns (the first {shown.Length} of {importance.Count})" : "Importance of columns");
        foreach (var (i, each) in shown.Index())
        {
            var y = top + (i * step);
            svg.Text(left - 8, y + 12, Names.Short(each.Column, 20), "", "end");
            svg.Box(left, y, Math.Max(1, room * each.Share / shown[0].Share), step - 6, "bar");
            svg.Text(left + (room * each.Share / shown[0].Share) + 6, y + 12, each.Share.ToString("P1", CultureInfo.InvariantCulture), "soft");
        }
        return svg.ToString();
    }

    private static IEnumerable<(double, double)> Told(IReadOnlyList<TrainingProgress> history, Func<TrainingProgress, double?> loss) =>
        history.Where(round => loss(round) is not null).Select(round => ((double)round.Round, loss(round)!.Value));

    private static string Rows(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
