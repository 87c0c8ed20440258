using Learning.Evaluation;
using static Learning.Reports.ReportText;

namespace Learning.Reports;

/// <summary>What a report says of labels that are classes.</summary>
internal static class ClassContent
{
    private const int MostClasses = 50;

    public static IEnumerable<ReportTable?> TablesOf(RunReportData data) => [Figures(data), Classes(data), Searched(data), Folds(data)];

    public static IEnumerable<ReportTile> TilesOf(EvaluationReport report)
    {
        yield return new("Accuracy", Number(report.Accuracy), Between(report.AccuracyInterval));
        yield return new("F1", Number(report.MacroF1), "mean of classes");
        if (report.RocAuc is { } area)
            yield return new("ROC-AUC", Number(area), AreaInterval(report) is { } interval ? Between(interval) : "mean, each against the rest");
        yield return new("Log-loss", Number(report.LogLoss), "nats, less is better");
        yield return new("Calibration error", Number(report.CalibrationError), "less is better");
    }

    private static ReportTable? Figures(RunReportData data)
    {
        var sides = data.Sides<EvaluationReport>();
        IReadOnlyList<string> Row(string name, Func<EvaluationReport, string> value) => [name, .. sides.Select(side => value(side.Report))];
        return sides.Count == 0 ? null : new ReportTable("Figures", ["", .. sides.Select(side => side.Name)],
        [
            Row("rows", report => Count(report.Rows)),
            Row("accuracy", report => $"{Number(report.Accuracy)} ({Between(report.AccuracyInterval)})"),
            Row("precision", report => Number(report.MacroPrecision)),
            Row("recall", report => Number(report.MacroRecall)),
            Row("F1", report => Number(report.MacroF1)),
            Row("ROC-AUC", report => report.RocAuc is not { } area ? "–" : AreaInterval(report) is { } interval ? $"{Number(area)} ({Between(interval)})" : Number(area)),
            Row("log-loss", report => Number(report.LogLoss)),
            Row("calibration error", report => Number(report.CalibrationError)),
        ], "In brackets 95 % intervals. Precision, recall and F1 are means over the classes. Much better figures in training than elsewhere say that it learned by heart.");
    }

    private static ReportTable? Classes(RunReportData data)
    {
        if (data.Judged is not EvaluationReport judged)
            return null;
        var shown = judged.Classes.Count <= MostClasses ? judged.Classes : [.. judged.Classes.OrderBy(each => each.F1).Take(MostClasses)];
        return new ReportTable($"Classes, {data.JudgedBy}", ["class", "rows", "precision", "recall", "F1", "ROC-AUC"],
            [.. shown.Select(each => (IReadOnlyList<string>)
            [
                each.Class, Count(each.Support), $"{Number(each.Precision)} ({Between(each.PrecisionInterval)})", $"{Number(each.Recall)} ({Between(each.RecallInterval)})", Number(each.F1),
                each.RocAuc is { } area ? Number(area) : "–",
            ])], shown.Count < judged.Classes.Count ? $"The {MostClasses} classes with the lowest F1 of {judged.Classes.Count}." : "");
    }

    private static ReportTable? Searched(RunReportData data)
    {
        if (data.Search is not { Tried: [{ LogLoss: not null } first, ..] } search)
            return null;
        var names = first.Parameters.Keys.ToArray();
        return new ReportTable("Search", [.. names, "log-loss", "accuracy", "F1"],
            [.. search.Tried.Index().OrderBy(each => each.Index != search.Best).ThenBy(each => each.Item.Loss).Select(each => (IReadOnlyList<string>)
            [
                .. names.Select(name => each.Item.Parameters[name].ToString()), Spread(each.Item.LogLoss), Spread(each.Item.Accuracy), Spread(each.Item.MacroF1),
            ])], $"Mean ± deviation over {search.Folds} folds of the rows to train on; the first was taken.");
    }

    private static ReportTable? Folds(RunReportData data) => data.Folds is not { LogLoss: not null } folds ? null : new ReportTable(
        $"Cross-validation, {folds.Folds.Count} folds", ["fold", "rows", "accuracy", "F1", "ROC-AUC", "log-loss"],
        [
            .. folds.Folds.Index().Select(each => (IReadOnlyList<string>)
                [$"{each.Index + 1}", Count(each.Item.Rows), Number(each.Item.Accuracy), Number(each.Item.MacroF1), Number(each.Item.RocAuc), Number(each.Item.LogLoss)]),
            ["mean", "", Spread(folds.Accuracy), Spread(folds.MacroF1), Spread(folds.RocAuc), Spread(folds.LogLoss)],
        ], "Each fold's rows by a model that never saw them.");

    // Of more classes the area is a mean, and has none.
    private static Interval? AreaInterval(EvaluationReport report) => report is { RocAuc: { } area, Classes: [var first, var second] }
        ? Interval.OfArea(area, second.Support, first.Support)
        : null;
}
