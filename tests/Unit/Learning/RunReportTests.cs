using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Learning;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Reports;
using Learning.Search;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class RunReportTests
{
    private const string Hostile = "<script>alert(1)</script> \"&' | *bold* [link](http://x) `code`\n# heading";

    [Test]
    public void Everything_that_is_known_is_said()
    {
        foreach (var written in new[] { RunReport.Html(Full()), RunReport.Markdown(Full()) })
        {
            foreach (var part in new[] { "churn", "Warnings", "learningRate", "0.05", "snapshot", "Cross-validation, 2 folds", "Search", "1.2e-7", "3.4e-6", "training", "reference", "minPrecision" })
                Assert.That(written, Does.Contain(part));
            Assert.That(written, Does.Contain("It was refused"));
        }
    }

    [Test]
    public void There_is_a_picture_of_all_there_is_something_to_draw_for()
    {
        Assert.That(RunReport.Plots(Full()).Keys, Is.EquivalentTo(new[] { "confusion", "roc", "precision-recall", "calibration", "learning-curve", "rounds", "importance" }));
        Assert.That(RunReport.Plots(Full() with { History = [], Importance = [], LearningCurve = [] }).Keys, Is.EquivalentTo(new[] { "confusion", "roc", "precision-recall", "calibration" }));
        Assert.That(RunReport.Plots(new RunReportData { Title = "nothing" }), Is.Empty);
    }

    [Test]
    public void With_nothing_but_a_title_it_is_still_a_page()
    {
        Assert.That(RunReport.Html(new RunReportData { Title = "nothing" }), Does.Contain("<h1>nothing</h1>").And.EndsWith("</html>"));
        Assert.That(RunReport.Markdown(new RunReportData { Title = "nothing" }), Is.EqualTo("# nothing\n"));
    }

    [Test]
    public void A_page_asks_nobody_for_anything_and_runs_nothing()
    {
        var page = RunReport.Html(Full());

        Assert.That(page, Does.Not.Contain("<script").And.Not.Contain("src=").And.Not.Contain("href=").And.Not.Contain("url(").And.Not.Contain("@import"));
        Assert.That(Regex.IsMatch(page, @"<[^>]*\son\w+="), Is.False, "there is a handler");
    }

    [Test]
    public void A_page_is_well_formed_whatever_classes_and_columns_are_called()
    {
        var page = RunReport.Html(Full(Hostile));

        Assert.That(page, Does.Not.Contain("<script").And.Contain("&lt;script&gt;"));
        var body = page[page.IndexOf("<main>", StringComparison.Ordinal)..page.IndexOf("</body>", StringComparison.Ordinal)];
        Assert.That(() => XDocument.Parse(body), Throws.Nothing);
    }

    [Test]
    public void In_markdown_a_name_is_text_in_its_cell_whatever_it_says()
    {
        var lines = RunReport.Markdown(Full(Hostile)).Split('\n');

        Assert.That(lines, Has.None.StartsWith("# heading"));
        var row = lines.Single(line => line.StartsWith(@"| \<script", StringComparison.Ordinal));
        Assert.That(Regex.Count(row, @"(?<!\\)\|"), Is.EqualTo(7), "cells of the table of classes");
        Assert.That(row, Does.Contain(@"\*bold\*").And.Contain(@"\[link\]").And.Contain(@"\`code\`"));
    }

    [Test]
    public void Stored_as_json_and_read_again_it_is_the_same_report()
    {
        var again = JsonSerializer.Deserialize<RunReportData>(JsonSerializer.Serialize(Full(), JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;

        Assert.That(RunReport.Html(again), Is.EqualTo(RunReport.Html(Full())));
    }

    [Test]
    public void The_decision_is_what_was_decided()
    {
        var promoted = RunReport.Html(Full() with { Decision = new ReportDecision(true, [], "On 100 rows the candidate is right 90 times.") });

        Assert.That(promoted, Does.Contain("It passed its gates").And.Contain("right 90 times").And.Not.Contain("refused"));
        Assert.That(RunReport.Html(Full() with { Decision = null }), Does.Not.Contain("gates").And.Not.Contain("refused"));
    }

    [Test]
    public void The_interval_of_an_area_is_that_of_the_paper()
    {
        // Hanley and McNeil 1982: area 0.893 on 51 and 58 patients has a standard error of 0.032.
        var interval = Interval.OfArea(0.893, 51, 58)!.Value;
        Assert.That((interval.High - interval.Low) / 2 / 1.96, Is.EqualTo(0.032).Within(0.001));
        Assert.That(Interval.OfArea(1, 10, 10)!.Value.High, Is.EqualTo(1));
        Assert.That(Interval.OfArea(0.5, 0, 10), Is.Null);
    }

    private static RunReportData Full(string name = "yes")
    {
        var random = new Random(1);
        EvaluationReport Report(int rows)
        {
            int[] labels = [.. Enumerable.Range(0, rows).Select(i => i % 2)];
            return Evaluator.Evaluate(["no", name], labels, [.. labels.SelectMany(label =>
            {
                var second = (float)Math.Clamp((label * 0.4) + (random.NextDouble() * 0.6), 0, 1);
                return new[] { 1 - second, second };
            })]);
        }
        var spread = new Spread(0.8, 0.01);
        return new RunReportData
        {
            Title = "churn", Subtitle = "gradient-boosted-trees on 400 rows", Reference = Report(200), Test = Report(60), Training = Report(400),
            Lineage = [new("snapshot", "5f0c"), new("data set", name)], Parameters = [new("learningRate", "0.05")],
            History = [new(1, 3, 0.6, 0.65), new(2, 3, null, 0.5), new(3, 3, 0.3, 0.52)], BestRound = 2, Importance = [new(name, 0.7), new("age", 0.3)],
            LearningCurve = [new(100, 0.9, 0.7, 0.5), new(400, 0.85, 0.8, 0.4)],
            Folds = new CrossValidation([new(20, 0.8, 0.79, 0.9, 0.4, 12), new(21, 0.82, 0.8, null, 0.5, 14)], spread, spread, null, spread),
            Search = new GridSearchResult(5, [new(new Dictionary<string, JsonElement> { ["maxDepth"] = JsonSerializer.SerializeToElement(6) }, spread, spread, spread)], 0),
            Export = new ExportCheck(60, 1.2e-7, 12345, 2.5, 0.5) { Whole = new WholeCheck(32, 3.4e-6) }, Durations = [new("training", 1.5), new("evaluating", 130)], Warnings = [$"Column '{name}' is the label."],
            Decision = new ReportDecision(false, ["minPrecision: 0.812 is less than 0.9."]),
        };
    }
}
