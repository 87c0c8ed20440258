using Learning.Evaluation;
using static Learning.Reports.ReportText;

namespace Learning.Reports;

/// <summary>What a report says of labels that are numbers.</summary>
internal static class NumberContent
{
    private const double Rounding = 1e-6; // of an error that cancels out

    public static IEnumerable<ReportTable?> TablesOf(RunReportData data) => [Figures(data), Tenths(data), Searched(data), Folds(data)];

    public static IEnumerable<ReportTile> TilesOf(RegressionReport report)
    {
        yield return new("Mean absolute error", Amount(report.MeanAbsoluteError), AmountsBetween(report.MeanAbsoluteErrorInterval));
        yield return new("Root mean squared error", Amount(report.RootMeanSquaredError), "large errors count more");
        yield return new("Median absolute error", Amount(report.MedianAbsoluteError), "half of the rows are closer");
        yield return new("R²", Number(report.R2), "share of the variance explained");
        yield return new("Rank correlation", Number(report.Spearman), "Spearman's, 1 is the labels' order");
    }

    private static ReportTable? Figures(RunReportData data)
    {
        var sides = data.Sides<RegressionReport>();
        IReadOnlyList<string> Row(string name, Func<RegressionReport, string> value) => [name, .. sides.Select(side => value(side.Report))];
        return sides.Count == 0 ? null : new ReportTable("Figures", ["", .. sides.Select(side => side.Name)],
        [
            Row("rows", report => Count(report.Rows)),
            Row("mean absolute error", report => $"{Amount(report.MeanAbsoluteError)} ({AmountsBetween(report.MeanAbsoluteErrorInterval)})"),
            Row("root mean squared error", report => Amount(report.RootMeanSquaredError)),
            Row("median absolute error", report => Amount(report.MedianAbsoluteError)),
            Row("R²", report => Number(report.R2)),
            Row("mean error", report => Amount(Math.Abs(report.MeanError) > Rounding * report.MeanAbsoluteError ? report.MeanError : 0)),
            Row("rank correlation", report => Number(report.Spearman)),
        ], "In brackets 95 % intervals. Errors are in the label's unit; a mean error above 0 says that it predicts too much. Much smaller errors in training than elsewhere say that it learned by heart.");
    }

    private static ReportTable? Tenths(RunReportData data) => data.Judged is not RegressionReport judged ? null : new ReportTable(
        $"By label, {data.JudgedBy}", ["label", "rows", "mean absolute error", "mean error"],
        [.. judged.Tenths.Select(tenth => (IReadOnlyList<string>)[$"{Amount(tenth.From)} – {Amount(tenth.To)}", Count(tenth.Rows), Amount(tenth.MeanAbsoluteError), Amount(tenth.MeanError)])],
        "The rows in the order of their labels, a tenth each.");

    private static ReportTable? Searched(RunReportData data)
    {
        if (data.Search is not { Tried: [{ RootMeanSquaredError: not null } first, ..] } search)
            return null;
        var names = first.Parameters.Keys.ToArray();
        return new ReportTable("Search", [.. names, "root mean squared error", "mean absolute error", "R²"],
            [.. search.Tried.Index().OrderBy(each => each.Index != search.Best).ThenBy(each => each.Item.Loss).Select(each => (IReadOnlyList<string>)
            [
                .. names.Select(name => each.Item.Parameters[name].ToString()), AmountSpread(each.Item.RootMeanSquaredError), AmountSpread(each.Item.MeanAbsoluteError), Spread(each.Item.R2),
            ])], $"Mean ± deviation over {search.Folds} folds of the rows to train on; the first was taken.");
    }

    private static ReportTable? Folds(RunReportData data) => data.Folds is not { RootMeanSquaredError: not null } folds ? null : new ReportTable(
        $"Cross-validation, {folds.Folds.Count} folds", ["fold", "rows", "mean absolute error", "root mean squared error", "R²"],
        [
            .. folds.Folds.Index().Select(each => (IReadOnlyList<string>)
                [$"{each.Index + 1}", Count(each.Item.Rows), Amount(each.Item.MeanAbsoluteError), Amount(each.Item.RootMeanSquaredError), Number(each.Item.R2)]),
            ["mean", "", AmountSpread(folds.MeanAbsoluteError), AmountSpread(folds.RootMeanSquaredError), Spread(folds.R2)],
        ], "Each fold's rows by a model that never saw them.");
}
