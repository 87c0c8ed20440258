using Learning.Data;
using Learning.Evaluation;
using Learning.Parameters;

namespace Learning.Search;

/// <summary>A figure over folds.</summary>
/// <param name="Deviation">Of the sample (n - 1); how much one split differs from another, which is no interval of the mean.</param>
public sealed record Spread(double Mean, double Deviation)
{
    public static Spread Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return new Spread(mean, values.Count < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }
}

/// <summary>Of classes the first figures, of numbers the last; the others are absent.</summary>
/// <param name="Rows">That it was judged by.</param>
public sealed record FoldFigures(int Rows, double? Accuracy, double? MacroF1, double? RocAuc, double? LogLoss, int BestRound)
{
    public double? MeanAbsoluteError { get; init; }

    public double? RootMeanSquaredError { get; init; }

    /// <summary>Absent, too, where the fold's labels do not vary.</summary>
    public double? R2 { get; init; }

    internal static FoldFigures Of(IEvaluationReport report, int bestRound) => report is EvaluationReport classes
        ? new FoldFigures(classes.Rows, classes.Accuracy, classes.MacroF1, classes.RocAuc, classes.LogLoss, bestRound)
        : OfNumbers((RegressionReport)report, bestRound);

    private static FoldFigures OfNumbers(RegressionReport report, int bestRound) => new(report.Rows, null, null, null, null, bestRound)
    {
        MeanAbsoluteError = report.MeanAbsoluteError, RootMeanSquaredError = report.RootMeanSquaredError, R2 = report.R2,
    };
}

/// <summary>How good a learner is where there are too few rows for one split to say: each fold's test rows by a model that never saw them.</summary>
/// <param name="RocAuc">Absent where a fold has one class only, as all figures of classes are of numbers.</param>
public sealed record CrossValidation(IReadOnlyList<FoldFigures> Folds, Spread? Accuracy, Spread? MacroF1, Spread? RocAuc, Spread? LogLoss)
{
    /// <summary>Of numbers, as the two that follow.</summary>
    public Spread? MeanAbsoluteError { get; init; }

    public Spread? RootMeanSquaredError { get; init; }

    /// <summary>Absent where a fold's labels do not vary.</summary>
    public Spread? R2 { get; init; }

    /// <param name="folds">Of <see cref="Split.Folds"/>.</param>
    /// <param name="onFold">Called after each fold, with how many are done.</param>
    /// <exception cref="LearningException">All folds together do not make a set to learn from, or a fold lacks a class.</exception>
    public static CrossValidation Measure(ILearner learner, Table table, IReadOnlyList<Split> folds, ParameterSet parameters, TrainingRun run, Action<int>? onFold = null)
    {
        DataChecks.Require(table, [.. folds.SelectMany(fold => fold.Test)]);
        List<FoldFigures> figures = [];
        foreach (var fold in folds)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            using var model = learner.Train(new TrainingSet(table, fold.Train, fold.Validation) { FewestRowsPerClass = 1 }, parameters, run with { OnProgress = null });
            figures.Add(FoldFigures.Of(model.Evaluate(table, fold.Test), model.BestRound));
            onFold?.Invoke(figures.Count);
        }
        // Where each fold has it.
        Spread? Over(Func<FoldFigures, double?> figure) => figures.All(fold => figure(fold) is not null) ? Spread.Of([.. figures.Select(fold => figure(fold)!.Value)]) : null;
        return new CrossValidation(figures, Over(fold => fold.Accuracy), Over(fold => fold.MacroF1), Over(fold => fold.RocAuc), Over(fold => fold.LogLoss))
        {
            MeanAbsoluteError = Over(fold => fold.MeanAbsoluteError), RootMeanSquaredError = Over(fold => fold.RootMeanSquaredError), R2 = Over(fold => fold.R2),
        };
    }
}
