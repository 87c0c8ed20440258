using Learning.Data;
using Learning.Parameters;

namespace Learning.Evaluation;

/// <summary>Of classes accuracy and log-loss, of numbers errors; the others are absent.</summary>
/// <param name="Rows">How many rows it was trained on.</param>
public sealed record LearningCurvePoint(int Rows, double? TrainAccuracy, double? TestAccuracy, double? TestLogLoss)
{
    /// <summary>Root mean squared error on the rows trained on.</summary>
    public double? TrainError { get; init; }

    /// <summary>Root mean squared error on the test rows.</summary>
    public double? TestError { get; init; }

    public static LearningCurvePoint OfNumbers(int rows, RegressionReport training, RegressionReport test) =>
        new(rows, null, null, null) { TrainError = training.RootMeanSquaredError, TestError = test.RootMeanSquaredError };
}

/// <summary>What more labels would bring: the same learner on ever larger shares of the training rows.</summary>
public static class LearningCurve
{
    /// <param name="shares">Ascending, up to 1; a share that leaves too few rows, or of a class, is left out.</param>
    public static IReadOnlyList<LearningCurvePoint> Measure(ILearner learner, TrainingSet data, int[] test, ParameterSet parameters, TrainingRun run, params IReadOnlyList<double> shares)
    {
        var order = (int[])data.Train.Clone();
        new RandomNumbers(run.Seed).Shuffle(order);
        List<LearningCurvePoint> points = [];
        foreach (var share in shares)
        {
            var rows = order[..(int)(share * order.Length)];
            Array.Sort(rows);
            if (!DataChecks.AreEnough(data.Table, rows))
                continue;
            using var model = learner.Train(data with { Train = rows }, parameters, run with { OnProgress = null });
            points.Add(Of(rows.Length, model.Evaluate(data.Table, rows), model.Evaluate(data.Table, test)));
        }
        return points;
    }

    private static LearningCurvePoint Of(int rows, IEvaluationReport training, IEvaluationReport test) => training is EvaluationReport trained && test is EvaluationReport tested
        ? new LearningCurvePoint(rows, trained.Accuracy, tested.Accuracy, tested.LogLoss)
        : LearningCurvePoint.OfNumbers(rows, (RegressionReport)training, (RegressionReport)test);
}
