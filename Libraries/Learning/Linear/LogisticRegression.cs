using Learning.Data;
using Learning.Parameters;

namespace Learning.Linear;

/// <summary>Multinomial logistic regression with an L2 penalty, by <see cref="Lbfgs"/>.</summary>
public sealed class LogisticRegression : ILearner
{
    public string Name => "logistic-regression";

    public IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        ParameterSpec.Number("l2", 1e-4, 0, 1e6, "Weight of the penalty l2/2 · ‖w‖² beside the mean loss."),
        ParameterSpec.Integer("maxIterations", 200, 1, 10_000, "Steps at most."),
        ParameterSpec.Number("tolerance", 1e-5, 1e-12, 1, "Done when no component of the gradient is larger."),
        ParameterSpec.Choice("classWeights", ["none", "balanced"], "balanced: every class weighs the same, however rare."),
    ];

    // L-BFGS keeps ten pairs and a few points, and leaves some behind; every shard a gradient.
    public long EstimateBytes(TableSchema schema, int rows, ParameterSet parameters) =>
        (2 * 10 + 16 + 60) * sizeof(double) * (long)schema.Classes.Count * schema.Columns.Sum(column => column.Kind == ColumnKind.Category ? column.Values.Count : 2)
        + (rows * (long)sizeof(int));

    public ITrainedModel Train(TrainingSet data, ParameterSet parameters, TrainingRun run)
    {
        data.Require(this, parameters, run);
        var encoding = LinearEncoding.Fit(data.Table, data.Train);
        var weights = data.ClassWeights(parameters.Text("classWeights"));
        var train = new SoftmaxLoss(encoding, data.Table, data.Train, weights, parameters.Number("l2"), run.Threads, run.Cancellation);
        var validation = data.Validation.Length == 0 ? null
            : new SoftmaxLoss(encoding, data.Table, data.Validation, [.. weights.Select(_ => 1.0)], 0, run.Threads, run.Cancellation);
        var maxIterations = parameters.Integer("maxIterations");

        List<TrainingProgress> history = [];
        var result = new Lbfgs(train.At, maxIterations, parameters.Number("tolerance")).Minimise(new double[train.Parameters], (iteration, loss, point) =>
        {
            history.Add(new TrainingProgress(iteration, maxIterations, loss, validation?.LossAt(point)).Require(parameters, "l2"));
            run.OnProgress?.Invoke(history[^1]);
        }, run.Cancellation);
        return new LogisticModel(data.Table.Schema, encoding, result.Point, history);
    }
}
