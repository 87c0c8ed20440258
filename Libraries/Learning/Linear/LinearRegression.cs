using Learning.Data;
using Learning.Parameters;

namespace Learning.Linear;

/// <summary>
/// Least squares with an L2 penalty (ridge) on standardised numbers and one-hot categories, solved in one step:
/// <c>(X'X/n + l2·I) w = X'y/n</c>, all less their means; the bias has no penalty.
/// </summary>
public sealed class LinearRegression : ILearner
{
    /// <summary>The matrix of their products is solved as a whole: of more it would take minutes.</summary>
    public const int MostFeatures = 5000;

    public string Name => "linear-regression";

    public bool LearnsClasses => false;

    public bool LearnsNumbers => true;

    public IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        ParameterSpec.Number("l2", 1e-4, 0, 1e6, "Weight of the penalty l2/2 · ‖w‖² beside half the mean squared error; 0: plain least squares."),
    ];

    // Half of the matrix of products, and a block of rows. What is too wide is refused anyway.
    public long EstimateBytes(TableSchema schema, int rows, ParameterSet parameters)
    {
        var features = Math.Min(MostFeatures, schema.Columns.Sum(column => column.Kind == ColumnKind.Category ? (long)column.Values.Count : 2));
        return (features * (features + 1) / 2 * sizeof(double)) + (2L << 20) + (rows * (long)sizeof(int));
    }

    public ITrainedModel Train(TrainingSet data, ParameterSet parameters, TrainingRun run)
    {
        data.Require(this, parameters, run);
        var encoding = LinearEncoding.Fit(data.Table, data.Train);
        if (encoding.Width > MostFeatures)
            throw TooWide(data.Table.Schema, encoding.Width);

        var equations = new NormalEquations(encoding, data.Table, data.Train, run.Threads, run.Cancellation);
        for (var i = 0; i < encoding.Width; i++)
            equations.Products[i][i] += data.Train.Length * parameters.Number("l2");
        var weights = Cholesky.Solve(equations.Products, equations.WithLabel, run.Cancellation);
        var model = new LinearModel(data.Table.Schema, encoding, [.. weights, equations.MeanLabel - Vectors.Dot(weights, equations.Means)]);
        model.Judge(data, run.Cancellation);
        run.OnProgress?.Invoke(model.History[0].Require(parameters, "l2"));
        return model;
    }

    private static LearningException TooWide(TableSchema schema, int features)
    {
        var widest = schema.Columns.MaxBy(column => column.Values.Count)!;
        return new LearningException(widest.Name, $"linear-regression would have {features} features; {MostFeatures} are the most. Column '{widest.Name}' alone has {Math.Max(1, widest.Values.Count)}; gradient-boosted-trees takes it.");
    }
}
