using Learning.Data;
using Learning.Parameters;

namespace Learning.Trees;

/// <summary>Gradient-boosted trees by XGBoost's histogram method; categories are split one against the rest.</summary>
public sealed class BoostedTrees : ILearner
{
    // It is for people to look at, and would take a fifth of the time if it were asked for each round.
    private const int TrainLossEvery = 10;
    private const string ClassWeights = "classWeights";

    public string Name => "gradient-boosted-trees";

    public IReadOnlyList<ParameterSpec> Parameters { get; } =
    [
        ParameterSpec.Integer("rounds", 500, 1, 10_000, "Trees (per class, with more than two) at most."),
        ParameterSpec.Integer("earlyStopping", 30, 0, 1000, "Rounds without a better validation loss until it stops; 0: never."),
        ParameterSpec.Integer("maxDepth", 6, 1, 16, "Questions at most from root to leaf."),
        ParameterSpec.Number("learningRate", 0.1, 1e-4, 1, "How far a tree goes; less needs more rounds."),
        ParameterSpec.Number("minChildWeight", 1, 0, 1e6, "Least sum of second derivatives in a leaf."),
        ParameterSpec.Number("subsample", 0.8, 0.05, 1, "Share of rows that a tree sees."),
        ParameterSpec.Number("columnSample", 0.8, 0.05, 1, "Share of columns that a tree sees."),
        ParameterSpec.Number("l2", 1, 0, 1e6, "Penalty on the leaves' squares."),
        ParameterSpec.Number("minGain", 0, 0, 1e6, "Least gain of a split."),
        ParameterSpec.Choice(ClassWeights, ["none", "balanced"], "balanced: every class weighs the same, however rare."),
    ];

    public bool LearnsNumbers => true;

    public IReadOnlyList<ParameterSpec> ParametersFor(bool numbers) => numbers ? [.. Parameters.Where(spec => spec.Name != ClassWeights)] : Parameters;

    /// <summary>Whether XGBoost's library is there.</summary>
    public static bool IsInstalled => XgBoost.IsInstalled;

    // Bins of a byte (two where categories are many) and their index, gradients, margins; histograms of the nodes of one level; the trees.
    public long EstimateBytes(TableSchema schema, int rows, ParameterSet parameters)
    {
        var bins = schema.Columns.Sum(column => (long)Math.Max(256, column.Values.Count + 1));
        var nodes = 1L << Math.Min(parameters.Integer("maxDepth"), 12);
        var trees = (long)parameters.Integer("rounds") * (schema.Classes.Count > 2 ? schema.Classes.Count : 1);
        return (rows * ((2L * schema.Columns.Count) + (24L * schema.Classes.Count))) + (bins * 16 * Math.Min(nodes, rows)) + (trees * Math.Min(2 * nodes, 2L * rows) * 64);
    }

    public ITrainedModel Train(TrainingSet data, ParameterSet parameters, TrainingRun run)
    {
        XgBoost.Require();
        data.Require(this, parameters, run);
        var weights = data.ClassWeights(parameters.Text("classWeights"));
        using var train = new QuantileMatrix(data.Table, data.Train, weights, run.Threads, cancellation: run.Cancellation);
        using var validation = data.Validation.Length == 0 ? null
            : new QuantileMatrix(data.Table, data.Validation, [.. weights.Select(_ => 1.0)], run.Threads, train, run.Cancellation);
        var booster = new Booster(validation is null ? [train] : [train, validation], Native(parameters, data.Table.Schema, run));
        try
        {
            var (history, best) = Grow(booster, train, validation, parameters, run);
            return new BoostedTreesModel(data.Table.Schema, booster, history, best);
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    private static (IReadOnlyList<TrainingProgress> History, int Best) Grow(Booster booster, QuantileMatrix train, QuantileMatrix? validation, ParameterSet parameters, TrainingRun run)
    {
        var (rounds, patience) = (parameters.Integer("rounds"), parameters.Integer("earlyStopping"));
        List<TrainingProgress> history = [];
        var (best, lowest) = (0, double.PositiveInfinity);
        for (var round = 0; round < rounds && (patience == 0 || validation is null || round - best < patience); round++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            booster.Update(round, train);
            var trainLoss = round % TrainLossEvery == 0 ? booster.Evaluate(round, train) : (double?)null;
            var validationLoss = validation is null ? (double?)null : booster.Evaluate(round, validation);
            history.Add(new TrainingProgress(round + 1, rounds, trainLoss, validationLoss).Require(parameters, "learningRate", "l2"));
            run.OnProgress?.Invoke(history[^1]);
            if (patience == 0 || validation is null)
                best = round + 1;
            else if (validationLoss < lowest)
                (best, lowest) = (round + 1, validationLoss.Value);
        }
        return (history, best);
    }

    private static IEnumerable<(string, object)> Native(ParameterSet parameters, TableSchema schema, TrainingRun run)
    {
        var binary = schema.Classes.Count == 2;
        yield return ("verbosity", 0);
        yield return ("objective", binary ? "binary:logistic" : "multi:softprob");
        yield return ("eval_metric", binary ? "logloss" : "mlogloss");
        if (!binary)
            yield return ("num_class", schema.Classes.Count);
        yield return ("tree_method", "hist");
        yield return ("base_score", 0.5);
        yield return ("max_cat_to_onehot", Column.MaxValues + 2);
        yield return ("nthread", run.Threads);
        yield return ("seed", run.Seed % int.MaxValue);
        yield return ("max_depth", parameters.Integer("maxDepth"));
        yield return ("eta", parameters.Number("learningRate"));
        yield return ("min_child_weight", parameters.Number("minChildWeight"));
        yield return ("subsample", parameters.Number("subsample"));
        yield return ("colsample_bytree", parameters.Number("columnSample"));
        yield return ("lambda", parameters.Number("l2"));
        yield return ("gamma", parameters.Number("minGain"));
    }
}
