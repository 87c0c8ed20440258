using System.Globalization;
using Learning.Evaluation;
using Learning.Exports;

namespace Learning.Reports;

/// <param name="Note">Below the value: its interval, or what it is of.</param>
internal sealed record ReportTile(string Name, string Value, string Note);

/// <param name="Head">The first column names the row, the others are values.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows, string Note = "")
{
    public bool IsNumbers { get; init; } = true;
}

/// <summary>What a report says, whatever it is written in. All texts are raw.</summary>
internal sealed record ReportContent(IReadOnlyList<ReportTile> Tiles, IReadOnlyList<ReportTable> Results, IReadOnlyList<ReportTable> Origins)
{
    private const int MostClasses = 50;

    public static ReportContent Of(RunReportData data) => new(
        data.Judged is EvaluationReport judged ? [.. TilesOf(judged)] : [],
        [.. new[] { Figures(data), Classes(data), Searched(data), Folds(data) }.OfType<ReportTable>()],
        [.. new[] { Exported(data.Export), Lines("Parameters", data.Parameters), Lines("Lineage", data.Lineage), Took(data.Durations) }.OfType<ReportTable>()]);

    private static IEnumerable<ReportTile> TilesOf(EvaluationReport report)
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
        if (data.Search is not { Tried: [var first, ..] } search)
            return null;
        var names = first.Parameters.Keys.ToArray();
        return new ReportTable("Search", [.. names, "log-loss", "accuracy", "F1"],
            [.. search.Tried.Index().OrderBy(each => each.Index != search.Best).ThenBy(each => each.Item.Loss).Select(each => (IReadOnlyList<string>)
            [
                .. names.Select(name => each.Item.Parameters[name].ToString()), Spread(each.Item.LogLoss), Spread(each.Item.Accuracy), Spread(each.Item.MacroF1),
            ])], $"Mean ± deviation over {search.Folds} folds of the rows to train on; the first was taken.");
    }

    private static ReportTable? Folds(RunReportData data) => data.Folds is not { } folds ? null : new ReportTable(
        $"Cross-validation, {folds.Folds.Count} folds", ["fold", "rows", "accuracy", "F1", "ROC-AUC", "log-loss"],
        [
            .. folds.Folds.Index().Select(each => (IReadOnlyList<string>)
                [$"{each.Index + 1}", Count(each.Item.Rows), Number(each.Item.Accuracy), Number(each.Item.MacroF1), Number(each.Item.RocAuc), Number(each.Item.LogLoss)]),
            ["mean", "", Spread(folds.Accuracy), Spread(folds.MacroF1), Spread(folds.RocAuc), Spread(folds.LogLoss)],
        ], "Each fold's rows by a model that never saw them.");

    private static ReportTable? Exported(ExportCheck? check) => check is null ? null : Lines("Exported model",
    [
        new("largest difference", string.Create(CultureInfo.InvariantCulture, $"{check.LargestDifference:0.0e+0} (allowed {ExportCheck.Allowed:0e+0})")),
        new("rows compared", Count(check.Rows)),
        .. Whole(check.Whole),
        new("learner, median", Milliseconds(check.LearnerMs)),
        new("ONNX Runtime, median", Milliseconds(check.OnnxMs)),
        new("learner : ONNX", check.OnnxMs > 0 ? string.Create(CultureInfo.InvariantCulture, $"{check.Speedup:0.0}") : "–"),
        new("size", string.Create(CultureInfo.InvariantCulture, $"{check.Bytes / 1024.0:N0} KiB")),
    ]);

    private static IEnumerable<ReportLine> Whole(WholeCheck? whole) => whole is null ? [] :
    [
        new("whole file, images compared", Count(whole.Images)),
        new("whole file, largest difference", string.Create(CultureInfo.InvariantCulture, $"{whole.LargestDifference:0.0e+0} (allowed {ExportCheck.Allowed:0e+0})")),
    ];

    private static ReportTable? Took(IReadOnlyList<StageDuration> durations) => durations.Count == 0 ? null : Lines("Durations",
        [.. durations.Select(each => new ReportLine(each.Stage, Seconds(each.Seconds))), new("together", Seconds(durations.Sum(each => each.Seconds)))]);

    private static ReportTable? Lines(string title, IReadOnlyList<ReportLine> lines) => lines.Count == 0 ? null :
        new ReportTable(title, [], [.. lines.Select(line => (IReadOnlyList<string>)[line.Name, line.Value])]) { IsNumbers = false };

    // Of more classes the area is a mean, and has none.
    private static Interval? AreaInterval(EvaluationReport report) => report is { RocAuc: { } area, Classes: [var first, var second] }
        ? Interval.OfArea(area, second.Support, first.Support)
        : null;

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Between(Interval interval) => $"{Number(interval.Low)} – {Number(interval.High)}";

    private static string Spread(Search.Spread? spread) => spread is null ? "–" : $"{Number(spread.Mean)} ± {Number(spread.Deviation)}";

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms");

    private static string Seconds(double value) => value < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{value:0.00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value / 60):0} min {value % 60:00} s");
}
