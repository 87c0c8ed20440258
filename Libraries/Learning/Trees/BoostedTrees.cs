using Learning.Data;
using Learning.Parameters;

namespace Learning.Trees;

/// <summary>Gradient-boosted trees by XGBoost's histogram method; categories are split one against the rest. Numbers are learned by their squared error.</summary>
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
        var trees = (long)parameters.Integer("rounds") * (schema.Outputs > 2 ? schema.Outputs : 1);
        return (rows * ((2L * schema.Columns.Count) + (24L * Math.Max(2, schema.Outputs)))) + (bins * 16 * Math.Min(nodes, rows)) + (trees * Math.Min(2 * nodes, 2L * rows) * 64);
    }

    public ITrainedModel Train(TrainingSet data, ParameterSet parameters, TrainingRun run)
    {
        XgBoost.Require();
        data.Require(this, parameters, run);
        var scale = data.Table.Schema.IsNumeric ? NumberScale.Of(data.Table.Targets, data.Train) : (NumberScale?)null;
        using var train = new QuantileMatrix(data.Table, data.Train, Labels(data, parameters, scale), run.Threads, cancellation: run.Cancellation);
        using var validation = data.Validation.Length == 0 ? null
            : new QuantileMatrix(data.Table, data.Validation, scale is { } known ? TreeLabels.OfNumbers(data.Table, known) : TreeLabels.OfClasses(data.Table), run.Threads, train, run.Cancellation);
        var booster = new Booster(validation is null ? [train] : [train, validation], Native(parameters, data.Table.Schema, run));
        try
        {
            var (history, best) = Grow(booster, train, validation, scale?.Deviation ?? 1, parameters, run);
            return new BoostedTreesModel(data.Table.Schema, booster, history, best, scale);
        }
        catch
        {
            booster.Dispose();
            throw;
        }
    }

    private static TreeLabels Labels(TrainingSet data, ParameterSet parameters, NumberScale? scale)
    {
        if (scale is not { } known)
            return TreeLabels.OfClasses(data.Table, data.ClassWeights(parameters.Text(ClassWeights)));
        if (parameters.Values.TryGetValue(ClassWeights, out var weights) && weights is not "none")
            throw new LearningException(ClassWeights, $"Parameter '{ClassWeights}' is for labels that are classes; these are numbers.");
        return TreeLabels.OfNumbers(data.Table, known);
    }

    /// <param name="unit">What a loss of 1 is, of labels that were standardised.</param>
    private static (IReadOnlyList<TrainingProgress> History, int Best) Grow(
        Booster booster, QuantileMatrix train, QuantileMatrix? validation, double unit, ParameterSet parameters, TrainingRun run)
    {
        var (rounds, patience) = (parameters.Integer("rounds"), parameters.Integer("earlyStopping"));
        List<TrainingProgress> history = [];
        var (best, lowest) = (0, double.PositiveInfinity);
        for (var round = 0; round < rounds && (patience == 0 || validation is null || round - best < patience); round++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            booster.Update(round, train);
            var trainLoss = round % TrainLossEvery == 0 ? unit * booster.Evaluate(round, train) : (double?)null;
            var validationLoss = validation is null ? (double?)null : unit * booster.Evaluate(round, validation);
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
        var (objective, metric) = schema.IsNumeric ? ("reg:squarederror", "rmse") : schema.Classes.Count == 2 ? ("binary:logistic", "logloss") : ("multi:softprob", "mlogloss");
        yield return ("verbosity", 0);
        yield return ("objective", objective);
        yield return ("eval_metric", metric);
        if (schema.Classes.Count > 2)
            yield return ("num_class", schema.Classes.Count);
        yield return ("tree_method", "hist");
        yield return ("base_score", schema.IsNumeric ? 0 : 0.5);
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
