using System.Diagnostics;
using System.Text.Json;
using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Parameters;
using Learning.Reports;
using Learning.Search;
using Learning.Trees;
using NUnit.Framework;

namespace Accuracy.Learning;

/// <summary>All that a run does, in its order: a reference set, a split, a search that never sees the test, the training, its report.</summary>
[TestFixture]
public sealed class WholeRunTests
{
    private const int Threads = 2;

    [Test]
    public void A_search_ends_no_worse_than_the_defaults_on_rows_that_it_never_saw()
    {
        var table = TabularData.Magic();
        var learner = new BoostedTrees();
        var origins = RowOrigins.Of(table);
        origins = origins with { Reference = [.. origins.Contents.Select(content => (ulong)content % 5 == 0)] };
        var split = Split.Stratified(table, 0.1, 0.1, seed: 1, origins);

        var search = new GridSearch(learner, new Dictionary<string, JsonElement>(), new Dictionary<string, IReadOnlyList<JsonElement>>
        {
            ["maxDepth"] = [.. new[] { 3, 6, 8 }.Select(each => JsonSerializer.SerializeToElement(each))],
            ["learningRate"] = [.. new[] { 0.05, 0.2 }.Select(each => JsonSerializer.SerializeToElement(each))],
        });
        var (searching, found) = Timed(() => search.Run(table, Split.Folds(table, 4, 1, origins, split), new TrainingRun(Threads: Threads)));
        var best = search.Sets[found.Best];
        var defaults = Train(learner, table, split, ParameterSet.Defaults(learner.Parameters));
        var (training, model) = Timed(() => Train(learner, table, split, best));
        using var trained = model;
        using var before = defaults;
        EvaluationReport Of(ITrainedModel each, int[] rows) => Evaluator.Evaluate(table.Schema.Classes, table.LabelsOf(rows), each.Predict(table, rows));
        var (evaluating, reference) = Timed(() => Of(trained, split.Reference));
        var (drawing, curve) = Timed(() => LearningCurve.Measure(learner, new TrainingSet(table, split.Train, split.Validation), split.Test, best, new TrainingRun(Threads: Threads), 0.05, 0.1, 0.25, 0.5, 1));
        using var file = new MemoryStream();
        trained.Export(file);

        TestContext.Progress.WriteLine(FormattableString.Invariant(
            $"figure: grid of {found.Tried.Count} × {found.Folds} folds on MAGIC: {searching:0.0} s; reference ({reference.Rows} rows) {reference.Accuracy:0.0000} with the best, {Of(before, split.Reference).Accuracy:0.0000} with defaults"));
        RunReports.Attach("MAGIC whole run", new RunReportData
        {
            Title = "gamma telescope, version 3", Subtitle = $"gradient-boosted-trees on {split.Train.Length:N0} rows", Reference = reference, Test = Of(trained, split.Test), Training = Of(trained, split.Train),
            Lineage = [new("seed", "1")], Parameters = ReportLine.Of(best), History = trained.History, BestRound = trained.BestRound, Importance = trained.Importance, LearningCurve = curve, Search = found,
            Folds = CrossValidation.Measure(learner, table, Split.Folds(table, 4, 1, origins, split), best, new TrainingRun(Threads: Threads)),
            Export = ExportCheck.Run(trained, file.ToArray(), table, split.Test, Threads),
            Durations = [new("searching", searching), new("training", training), new("evaluating", evaluating), new("learning curve", drawing)],
            Warnings = DataChecks.Warnings(table, split.Train), Decision = new ReportDecision(true, [], Against(table, split.Reference, before, trained).Explanation),
        });
        Assert.That(Of(trained, split.Reference).LogLoss, Is.LessThanOrEqualTo(Of(before, split.Reference).LogLoss + 0.005));
        Assert.That(curve[^1].TestAccuracy, Is.GreaterThan(curve[0].TestAccuracy!), "more rows help");
    }

    private static Challenge Against(Table table, int[] rows, ITrainedModel live, ITrainedModel candidate) =>
        Challenge.Of(table.LabelsOf(rows), Evaluator.Predicted(live.Predict(table, rows), 2), Evaluator.Predicted(candidate.Predict(table, rows), 2));

    private static ITrainedModel Train(ILearner learner, Table table, Split split, ParameterSet parameters) =>
        learner.Train(new TrainingSet(table, split.Train, split.Validation), parameters, new TrainingRun(Threads: Threads));

    private static (double Seconds, T Result) Timed<T>(Func<T> work)
    {
        var began = Stopwatch.GetTimestamp();
        var result = work();
        return (Stopwatch.GetElapsedTime(began).TotalSeconds, result);
    }
}
