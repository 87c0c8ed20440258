using System.Globalization;
using Learning.Evaluation;
using Learning.Exports;
using static Learning.Reports.ReportText;

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
    public static ReportContent Of(RunReportData data) => new(
        [.. data.Judged switch { EvaluationReport classes => ClassContent.TilesOf(classes), RegressionReport numbers => NumberContent.TilesOf(numbers), _ => [] }],
        [.. ClassContent.TablesOf(data).Concat(NumberContent.TablesOf(data)).OfType<ReportTable>()],
        [.. new[] { Exported(data.Export, data.Judged is RegressionReport ? "largest difference, by the spread" : "largest difference"), Lines("Parameters", data.Parameters), Lines("Lineage", data.Lineage), Took(data.Durations) }.OfType<ReportTable>()]);

    private static ReportTable? Exported(ExportCheck? check, string difference) => check is null ? null : Lines("Exported model",
    [
        new(difference, string.Create(CultureInfo.InvariantCulture, $"{check.LargestDifference:0.0e+0} (allowed {ExportCheck.Allowed:0e+0})")),
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
}
