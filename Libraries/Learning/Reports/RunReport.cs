using Learning.Evaluation;
using Learning.Plots;

namespace Learning.Reports;

/// <summary>A run for people to read: what came of it first, then how.</summary>
public static class RunReport
{
    /// <summary>
    /// One page that needs nothing else: pictures and style are inside, no script, for light and for dark. It shows under
    /// <c>default-src 'none'; style-src 'unsafe-inline'; img-src data:</c>.
    /// </summary>
    public static string Html(RunReportData data) => HtmlReport.Write(data, ReportContent.Of(data), Pictures(data));

    /// <summary>The same in Markdown, with the pictures at <c>plots/{name}.svg</c> beside it.</summary>
    public static string Markdown(RunReportData data) => MarkdownReport.Write(data, ReportContent.Of(data), Pictures(data));

    /// <summary>
    /// SVG documents by name: <c>confusion, roc, precision-recall, calibration</c>, of numbers <c>predicted, residuals, tenths</c>, and
    /// <c>learning-curve, rounds, importance</c>, those there is something to draw for.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Plots(RunReportData data) => Pictures(data).ToDictionary(picture => picture.Name, picture => picture.Svg);

    // Numbers may be solved for, without rounds.
    private static bool IsOneStep(RunReportData data) => data.Judged is RegressionReport && data.History.Count == 1;

    private static IReadOnlyList<Picture> Pictures(RunReportData data) => [.. Drawn(data)];

    private static IEnumerable<Picture> Drawn(RunReportData data)
    {
        if (data.Judged is EvaluationReport judged)
        {
            yield return new("confusion", "Confusion matrix", EvaluationPlots.Confusion(judged));
            if (judged.Roc.Count > 0)
                yield return new("roc", "ROC", EvaluationPlots.Roc(judged));
            if (judged.PrecisionRecall.Count > 0)
                yield return new("precision-recall", "Precision and recall", EvaluationPlots.PrecisionRecall(judged));
            yield return new("calibration", "Calibration", EvaluationPlots.Calibration(judged));
        }
        else if (data.Judged is RegressionReport numbers)
        {
            yield return new("predicted", "Predicted against label", NumberPlots.Predicted(numbers));
            yield return new("residuals", "Errors", NumberPlots.Residuals(numbers));
            yield return new("tenths", "Error by tenth of the label", NumberPlots.Tenths(numbers));
        }
        if (data.LearningCurve.Count > 1)
            yield return new("learning-curve", "Learning curve", TrainingPlots.LearningCurve(data.LearningCurve));
        if (data.History.Any(round => round.TrainLoss is not null || round.ValidationLoss is not null) && !IsOneStep(data))
            yield return new("rounds", "Loss by round", TrainingPlots.Rounds(data.History, data.BestRound, data.Judged is RegressionReport));
        if (data.Importance.Count > 0)
            yield return new("importance", "Importance of columns", TrainingPlots.Importance(data.Importance));
    }
}

/// <param name="Title">For who cannot see it.</param>
internal sealed record Picture(string Name, string Title, string Svg);
