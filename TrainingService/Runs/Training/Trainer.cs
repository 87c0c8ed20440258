using System.Diagnostics;
using System.Text.Json;
using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Parameters;
using Learning.Search;
using TrainingService.LabelKinds;

namespace TrainingService.Runs.Training;

/// <summary>Rows to a checked model with its figures. Runs in the process of <see cref="TrainCommand"/>; the same order and rows give the same file.</summary>
internal sealed class Trainer(RunFolder folder, TrainerOrder order, Action<RunProgress> say)
{
    public const double ValidationShare = 0.1, TestShare = 0.1;
    private const int Small = 1000, DefaultFolds = 5, MostJudgedOfTraining = 50_000, MostInCurve = 20_000, PassesTimed = 5, ManyRows = 20_000;
    private static readonly double[] CurveShares = [0.1, 0.25, 0.5];
    private readonly Dictionary<string, double> seconds = [];

    /// <exception cref="LearningException">The rows can't be learned from.</exception>
    /// <exception cref="RunFailedException">The exported model does not answer as the trained one.</exception>
    public TrainerResult Run()
    {
        var (table, origins) = Stage("loading", () => TrainerRows.Read(folder.Rows, order, say));
        var split = Split.Stratified(table, ValidationShare, TestShare, order.Seed, origins);
        if (split.Reference.Length == 0)
            throw new LearningException("rows", "There are too few rows to set some of each class aside as reference.");
        var learner = Learners.Find(order.Learner);
        var run = new TrainingRun(order.Seed, order.Threads, round => Say("training", round.Round, round.MaxRounds, round), order.MemoryLimitBytes);

        var search = order.Grid is null ? null : Stage("searching", () => Search(learner, table, split, origins, run));
        var parameters = search?.Chosen ?? ParameterSet.Read(learner.ParametersFor(order.Schema.IsNumeric), order.Parameters);
        using var model = Stage("training", () => learner.Train(new TrainingSet(table, split.Train, split.Validation), parameters, run));
        var crossValidation = search is null && Folds(table, split) is > 0 and var folds
            ? Stage("validating", () => CrossValidation.Measure(
                learner, table, Split.Folds(table, folds, order.Seed, origins), parameters, run, fold => Say("searching", fold, folds)))
            : null;

        var (reference, test, training, curve) = Stage("evaluating", () => Evaluate(learner, model, table, split, parameters, run));
        var (export, input, output) = Stage("exporting", () => Export(model, table, split.Test.Length > 0 ? split.Test : split.Reference));
        return new TrainerResult(
            parameters.Values.ToDictionary(each => each.Key, each => JsonSerializer.SerializeToElement(each.Value)),
            new RowCounts(split.Train.Length, split.Validation.Length, split.Test.Length, split.Reference.Length),
            reference, test, training, model.History, model.BestRound, model.Importance, curve, search?.Result, crossValidation, export, input, output,
            DataChecks.Warnings(table, split.Train), seconds, PeakMemory.OfThisProcess(), table.Bytes);
    }

    private (GridSearchResult Result, ParameterSet Chosen)? Search(ILearner learner, Table table, Split split, RowOrigins origins, TrainingRun run)
    {
        var grid = new GridSearch(learner, order.Parameters, order.Grid!, order.Schema.IsNumeric);
        var folds = Split.Folds(table, order.Folds > 0 ? order.Folds : DefaultFolds, order.Seed, origins, split);
        var result = grid.Run(table, folds, run, step => Say("searching", step.Done, step.Total));
        return (result, grid.Sets[result.Best]);
    }

    private int Folds(Table table, Split split) =>
        order.Folds > 0 ? order.Folds : table.Rows - split.Reference.Length < Small ? DefaultFolds : 0;

    private (IEvaluationReport Reference, IEvaluationReport? Test, IEvaluationReport Training, IReadOnlyList<LearningCurvePoint> Curve) Evaluate(
        ILearner learner, ITrainedModel model, Table table, Split split, ParameterSet parameters, TrainingRun run)
    {
        Say("evaluating", 0, 4);
        var answers = Answers.Of(table, split.Reference, model.Predict(table, split.Reference));
        var reference = answers.Evaluate();
        File.WriteAllBytes(folder.Answers, answers.ToBytes());
        Say("evaluating", 1, 4);
        var test = split.Test.Length == 0 ? null : Judge(model, table, split.Test);
        Say("evaluating", 2, 4);
        var training = Judge(model, table, Even(split.Train, MostJudgedOfTraining));
        Say("evaluating", 3, 4);
        return (reference, test, training, test is null ? [] : [.. Curve(learner, table, split, parameters, run), LabelReport.Of(training).OnCurve(split.Train.Length, test)]);
    }

    // What it costs grows with the rows, and what it shows hardly does.
    private static IReadOnlyList<LearningCurvePoint> Curve(ILearner learner, Table table, Split split, ParameterSet parameters, TrainingRun run) =>
        LearningCurve.Measure(learner, new TrainingSet(table, split.Train, split.Validation), split.Test, parameters, run, [.. CurveShares.Where(share => share * split.Train.Length <= MostInCurve)]);

    private static IEvaluationReport Judge(ITrainedModel model, Table table, int[] rows) => Answers.Of(table, rows, model.Predict(table, rows)).Evaluate();

    private (ExportCheck Check, string Input, string Output) Export(ITrainedModel model, Table table, int[] rows)
    {
        Say("exporting", 0, rows.Length);
        var check = ModelExport.Write(model, order, folder, table, rows, rows.Length > ManyRows ? 1 : PassesTimed, out var input, out var output);
        if (check.LargestDifference <= ExportCheck.Allowed && check.Whole is { Agrees: false } whole)
            throw Differs($"The exported file, backbone and all, answers {whole.Images} images with probabilities that differ from the trained model's by up to {whole.LargestDifference:g3}");
        if (!check.Agrees)
            throw Differs($"The exported model's {(order.Schema.IsNumeric ? "numbers" : "probabilities")} differ from the trained one's by up to {check.LargestDifference:g3} on {check.Rows} rows");
        Say("exporting", rows.Length, rows.Length);
        return (check, input, output);
    }

    private static RunFailedException Differs(string how) => new(new RunError("export-differs", null, $"{how}; {ExportCheck.Allowed:g3} is allowed."));

    private static int[] Even(int[] rows, int most) => rows.Length <= most ? rows : [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Length / most)])];

    private T Stage<T>(string name, Func<T> work)
    {
        var began = Stopwatch.GetTimestamp();
        var result = work();
        seconds[name] = Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 3);
        return result;
    }

    private void Say(string stage, long done, long total, TrainingProgress? round = null) =>
        say(new RunProgress(stage, done, total, round?.TrainLoss, round?.ValidationLoss, DateTimeOffset.UtcNow));
}
