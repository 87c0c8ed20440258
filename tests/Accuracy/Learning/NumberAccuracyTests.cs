using System.Diagnostics;
using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Linear;
using Learning.Parameters;
using Learning.Reports;
using Learning.Trees;
using NUnit.Framework;

namespace Accuracy.Learning;

/// <summary>Numbers predicted on public data: columns of it from the others, on a fifth that was never seen, through the exported file.</summary>
[TestFixture]
public sealed class NumberAccuracyTests
{
    private const int Threads = 2;

    [Test]
    public void Trees_say_how_bright_a_shower_is_and_better_than_a_straight_line()
    {
        // f2: the logarithm of the light in the picture, by its shape.
        var table = TabularData.Predicting(TabularData.Magic(), "f2");
        var (trees, linear) = (Measure("MAGIC, brightness", new BoostedTrees(), table), Measure("MAGIC, brightness", new LinearRegression(), table));

        Assert.That(linear.R2, Is.GreaterThanOrEqualTo(0.79));
        Assert.That(trees.R2, Is.GreaterThanOrEqualTo(0.89));
        Assert.That(trees.MeanAbsoluteError, Is.LessThan(linear.MeanAbsoluteError));
    }

    [Test]
    public void Trees_say_how_large_a_credit_is_and_better_than_a_straight_line()
    {
        var table = TabularData.Predicting(TabularData.Credit(), "LIMIT_BAL");
        var (trees, linear) = (Measure("credit limit", new BoostedTrees(), table), Measure("credit limit", new LinearRegression(), table));

        Assert.That(linear.R2, Is.GreaterThanOrEqualTo(0.36));
        Assert.That(trees.R2, Is.GreaterThanOrEqualTo(0.48));
        Assert.That(trees.MeanAbsoluteError, Is.LessThan(linear.MeanAbsoluteError));
    }

    [Test]
    public void The_straight_line_is_that_of_the_normal_equations([Values(1e-4, 0.5)] double l2)
    {
        var table = TabularData.Predicting(TabularData.Credit(), "LIMIT_BAL");
        var split = Split.Stratified(table, 0.1, 0.2, seed: 1);
        var learner = new LinearRegression();
        using var model = learner.Train(new TrainingSet(table, split.Train, []), ParameterSet.Read(learner.Parameters, ("l2", l2)), new TrainingRun(Threads: Threads));

        var plain = PlainRidge.Fit(table, split.Train, l2);
        var mean = table.TargetsOf(split.Test).Average();
        var deviation = Math.Sqrt(table.TargetsOf(split.Test).Average(target => Math.Pow(target - mean, 2)));
        var differences = model.Predict(table, split.Test).Zip(split.Test, (answer, row) => Math.Abs(answer - plain.Predict(table, row)) / deviation).ToArray();
        TestContext.Progress.WriteLine(FormattableString.Invariant($"figure: linear-regression against plain normal equations, l2 {l2}: max |Δ| {differences.Max():0.0e+0} of the labels' deviation, {differences.Length} rows"));
        Assert.That(differences.Max(), Is.LessThanOrEqualTo(1e-4));
    }

    private static RegressionReport Measure(string data, ILearner learner, Table table)
    {
        var split = Split.Stratified(table, 0.1, 0.2, seed: 1);
        var began = Stopwatch.GetTimestamp();
        var set = ParameterSet.Defaults(learner.ParametersFor(numbers: true));
        using var model = learner.Train(new TrainingSet(table, split.Train, split.Validation), set, new TrainingRun(Threads: Threads));
        var took = Stopwatch.GetElapsedTime(began);
        using var file = new MemoryStream();
        model.Export(file);
        var check = ExportCheck.Run(model, file.ToArray(), table, split.Test, Threads);
        using var onnx = new ExportedModel(file.ToArray(), Threads);
        var report = RegressionEvaluator.Evaluate(table.TargetsOf(split.Test), onnx.Predict(table, split.Test));

        TestContext.Progress.WriteLine(FormattableString.Invariant(
            $"figure: {learner.Name} on {data}: R2 {report.R2:0.0000}, mean absolute error {report.MeanAbsoluteError:G5}, root mean squared error {report.RootMeanSquaredError:G5}, rank correlation {report.Spearman:0.000}; {model.BestRound} rounds, {split.Train.Length} rows, {took.TotalSeconds:0.0} s; ONNX max |Δ| {check.LargestDifference:0.0e+0} of the spread, {check.Bytes >> 10} KiB, learner {check.LearnerMs:0.0} ms, ONNX {check.OnnxMs:0.0} ms for {check.Rows} rows ({check.Speedup:0.0}×)"));
        RunReports.Attach($"{data} {learner.Name}", new RunReportData
        {
            Title = $"{data}: {learner.Name}", Subtitle = $"{split.Train.Length:N0} rows to train on, {split.Validation.Length:N0} to stop by, {split.Test.Length:N0} to test by",
            Test = report, Training = model.Evaluate(table, split.Train), Parameters = ReportLine.Of(set), History = model.History, BestRound = model.BestRound, Importance = model.Importance, Export = check,
            LearningCurve = LearningCurve.Measure(learner, new TrainingSet(table, split.Train, split.Validation), split.Test, set, new TrainingRun(Threads: Threads), 0.05, 0.2, 0.5, 1),
            Durations = [new("training", took.TotalSeconds)], Warnings = DataChecks.Warnings(table, split.Train),
        });
        Assert.That(check.Agrees, $"the export differs by {check.LargestDifference}");
        return report;
    }
}
