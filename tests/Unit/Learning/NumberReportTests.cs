using System.Net;
using System.Text.Json;
using System.Xml.Linq;
using Learning;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Plots;
using Learning.Reports;
using Learning.Search;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class NumberReportTests
{
    [Test]
    public void Everything_that_is_known_is_said()
    {
        foreach (var written in new[] { WebUtility.HtmlDecode(RunReport.Html(Full())), RunReport.Markdown(Full()) })
        {
            foreach (var part in new[] { "Mean absolute error", "root mean squared error", "median absolute error", "R²", "By label, reference set", "Cross-validation, 2 folds", "Search", "maxDepth", "1.2e-7", "by the spread", "training" })
                Assert.That(written, Does.Contain(part));
            foreach (var other in new[] { "accuracy", "F1", "ROC", "log-loss" })
                Assert.That(written, Does.Not.Contain(other), "that is of classes");
        }
    }

    [Test]
    public void There_is_a_picture_of_all_there_is_something_to_draw_for()
    {
        Assert.That(RunReport.Plots(Full()).Keys, Is.EquivalentTo(new[] { "predicted", "residuals", "tenths", "learning-curve", "rounds", "importance" }));
        Assert.That(RunReport.Plots(Full() with { History = [new(1, 1, 0.5, 0.6)] }).Keys, Has.No.Member("rounds"), "what is solved in one step has none");
    }

    [Test]
    public void Stored_as_json_and_read_again_it_is_the_same_report()
    {
        var again = JsonSerializer.Deserialize<RunReportData>(JsonSerializer.Serialize(Full(), JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
        Assert.That(RunReport.Html(again), Is.EqualTo(RunReport.Html(Full())));
    }

    [TestCase(1, 0)]
    [TestCase(1e-9, 0)]
    [TestCase(1e17, 0)]
    [TestCase(100, 1.7e9)]
    [TestCase(1, -5e6)]
    public void Every_picture_is_well_formed_and_has_no_number_that_is_none_whatever_the_unit(double unit, double from)
    {
        var report = Report(400, unit, from);
        foreach (var picture in new[] { NumberPlots.Predicted(report), NumberPlots.Residuals(report), NumberPlots.Tenths(report) })
            WellFormed(picture);
    }

    [Test]
    public void A_single_row_and_predictions_that_are_right_can_be_drawn()
    {
        foreach (var report in new[] { RegressionEvaluator.Evaluate([3], [5]), RegressionEvaluator.Evaluate([0, 0], [0, 0]), RegressionEvaluator.Evaluate([1, 2, 3], [1, 2, 3]), RegressionEvaluator.Evaluate([1, 2], [3, 1]) })
        {
            foreach (var picture in new[] { NumberPlots.Predicted(report), NumberPlots.Residuals(report), NumberPlots.Tenths(report) })
                WellFormed(picture);
        }
        WellFormed(TrainingPlots.LearningCurve([LearningCurvePoint.OfNumbers(10, RegressionEvaluator.Evaluate([1, 2], [1, 2]), RegressionEvaluator.Evaluate([1, 2], [1, 2]))]));
        WellFormed(TrainingPlots.Rounds([new(1, 10, 1e9, 2e9), new(2, 10, null, 1e9)], 2, numbers: true));
    }

    [TestCase(0, "0", "0")]
    [TestCase(0.0123456, "0.01235", "0.0123")]
    [TestCase(-3.14159, "-3.142", "-3.1416")]
    [TestCase(12345678, "12,345,678", "12.3457M")]
    [TestCase(25000, "25,000", "25k")]
    [TestCase(1.7e9, "1.7e+9", "1.7e9")]
    [TestCase(-2e-7, "-2e-7", "-2e-7")]
    public void A_number_of_any_size_is_readable(double value, string figure, string atAnAxis) =>
        Assert.That((Figure.Of(value), Figure.Short(value)), Is.EqualTo((figure, atAnAxis)));

    private static void WellFormed(string picture)
    {
        Assert.That(() => XDocument.Parse(picture), Throws.Nothing, picture);
        Assert.That(picture, Does.Not.Contain("NaN").And.Not.Contain("∞").And.Not.Contain("Infinity").And.Not.Contain("width=\"-"));
    }

    private static RegressionReport Report(int rows, double unit = 1, double from = 0)
    {
        var random = new Random(1);
        float[] targets = [.. Enumerable.Range(0, rows).Select(_ => (float)(from + (unit * random.NextDouble())))];
        return RegressionEvaluator.Evaluate(targets, [.. targets.Select((target, row) => (float)(target + (unit * (row == 7 ? 30 : random.NextDouble() - 0.5) * 0.3)))]);
    }

    private static RunReportData Full()
    {
        var spread = new Spread(0.8, 0.01);
        return new RunReportData
        {
            Title = "prices", Reference = Report(200), Test = Report(60), Training = Report(400), Parameters = [new("learningRate", "0.05")],
            History = [new(1, 3, 0.6, 0.65), new(2, 3, null, 0.5), new(3, 3, 0.3, 0.52)], BestRound = 2, Importance = [new("area", 0.7), new("age", 0.3)],
            LearningCurve = [LearningCurvePoint.OfNumbers(100, Report(100), Report(60)), LearningCurvePoint.OfNumbers(400, Report(400), Report(60))],
            Folds = new CrossValidation([Fold(20), Fold(21)], null, null, null, null) { MeanAbsoluteError = spread, RootMeanSquaredError = spread, R2 = null },
            Search = new GridSearchResult(5, [new(new Dictionary<string, JsonElement> { ["maxDepth"] = JsonSerializer.SerializeToElement(6) }, null, null, null) { MeanAbsoluteError = spread, RootMeanSquaredError = spread, R2 = spread }], 0),
            Export = new ExportCheck(60, 1.2e-7, 12345, 2.5, 0.5), Durations = [new("training", 1.5)],
        };
    }

    private static FoldFigures Fold(int rows) => new(rows, null, null, null, null, 12) { MeanAbsoluteError = 0.5, RootMeanSquaredError = 0.7, R2 = 0.9 };
}
