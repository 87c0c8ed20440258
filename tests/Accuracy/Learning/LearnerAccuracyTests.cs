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

/// <summary>Learners on public data: what they promise, on a fifth that they never saw, through their export.</summary>
[TestFixture]
public sealed class LearnerAccuracyTests
{
    private const int Threads = 2;

    [Test]
    public void Trees_tell_gamma_rays_from_hadrons()
    {
        var report = Measure("MAGIC", new BoostedTrees(), TabularData.Magic());
        Assert.That(report.Accuracy, Is.GreaterThanOrEqualTo(0.87));
        Assert.That(report.RocAuc, Is.GreaterThanOrEqualTo(0.93));
    }

    [Test]
    public void A_straight_line_tells_most_gamma_rays_from_hadrons() =>
        Assert.That(Measure("MAGIC", new LogisticRegression(), TabularData.Magic()).Accuracy, Is.GreaterThanOrEqualTo(0.78));

    [Test]
    public void Trees_rank_credit_cards_by_their_risk() =>
        Assert.That(Measure("credit default", new BoostedTrees(), TabularData.Credit()).RocAuc, Is.GreaterThanOrEqualTo(0.77));

    [Test]
    public void A_linear_model_reads_digits()
    {
        // A third of the training pixels and sixty steps: more of either gains half a per cent and takes minutes.
        const int train = 20_000, test = 10_000;
        var table = TabularData.Mnist(train, test);
        var split = new Split([.. Enumerable.Range(0, train)], [], [.. Enumerable.Range(train, test)], []);
        Assert.That(Measure("MNIST pixels", new LogisticRegression(), table, split, ("maxIterations", 60), ("l2", 1e-3)).Accuracy, Is.GreaterThanOrEqualTo(0.91));
    }

    private static EvaluationReport Measure(string data, ILearner learner, Table table, params (string, object)[] parameters) =>
        Measure(data, learner, table, Split.Stratified(table, 0.1, 0.2, seed: 1), parameters);

    private static EvaluationReport Measure(string data, ILearner learner, Table table, Split split, params (string, object)[] parameters)
    {
        var began = Stopwatch.GetTimestamp();
        var set = ParameterSet.Read(learner.Parameters, parameters);
        using var model = learner.Train(new TrainingSet(table, split.Train, split.Validation), set, new TrainingRun(Threads: Threads));
        var took = Stopwatch.GetElapsedTime(began);
        using var file = new MemoryStream();
        model.Export(file);
        var check = ExportCheck.Run(model, file.ToArray(), table, split.Test, Threads);
        using var onnx = new ExportedModel(file.ToArray(), Threads);
        var report = Evaluator.Evaluate(table.Schema.Classes, table.LabelsOf(split.Test), onnx.Predict(table, split.Test));

        TestContext.Progress.WriteLine(FormattableString.Invariant(
            $"figure: {learner.Name} on {data}: accuracy {report.Accuracy:0.0000}, ROC-AUC {report.RocAuc:0.0000}, log-loss {report.LogLoss:0.000}, calibration error {report.CalibrationError:0.000}; {model.BestRound} rounds, {split.Train.Length} rows, {took.TotalSeconds:0.0} s; ONNX max |Δ| {check.LargestDifference:0.0e+0}, {check.Bytes >> 10} KiB, learner {check.LearnerMs:0.0} ms, ONNX {check.OnnxMs:0.0} ms for {check.Rows} rows ({check.Speedup:0.0}×)"));
        RunReports.Attach($"{data} {learner.Name}", new RunReportData
        {
            Title = $"{data}: {learner.Name}", Subtitle = $"{split.Train.Length:N0} rows to train on, {split.Validation.Length:N0} to stop by, {split.Test.Length:N0} to test by",
            Test = report, Training = Evaluator.Evaluate(table.Schema.Classes, table.LabelsOf(split.Train), onnx.Predict(table, split.Train)),
            Parameters = ReportLine.Of(set), History = model.History, BestRound = model.BestRound, Importance = model.Importance, Export = check,
            Durations = [new("training", took.TotalSeconds)], Warnings = DataChecks.Warnings(table, split.Train),
        });
        Assert.That(check.Agrees, $"the export differs by {check.LargestDifference}");
        return report;
    }
}
