using System.Globalization;
using Learning.Data;
using Learning.Parameters;

namespace Learning;

/// <summary>A way to learn classes or numbers from a table. The same data, parameters, seed and number of threads give the same model.</summary>
public interface ILearner
{
    /// <summary>As callers name it, such as <c>logistic-regression</c>.</summary>
    string Name { get; }

    IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>Whether it learns labels that are classes.</summary>
    bool LearnsClasses => true;

    /// <summary>Whether it learns labels that are numbers.</summary>
    bool LearnsNumbers => false;

    /// <summary>Those that mean something for such labels; a number has no class to weigh.</summary>
    IReadOnlyList<ParameterSpec> ParametersFor(bool numbers) => Parameters;

    /// <summary>Roughly the memory that training takes beside the table.</summary>
    long EstimateBytes(TableSchema schema, int rows, ParameterSet parameters);

    /// <exception cref="LearningException">The data or a part that is not installed do not allow it; <see cref="OperationCanceledException"/> when cancelled, within a round.</exception>
    ITrainedModel Train(TrainingSet data, ParameterSet parameters, TrainingRun run);
}

/// <param name="Validation">Says when to stop; may be empty, then nothing stops early.</param>
public sealed record TrainingSet(Table Table, int[] Train, int[] Validation)
{
    /// <summary>Of labels that are numbers the fewest in all. Less for a fold of a set that has enough.</summary>
    internal int FewestRowsPerClass { get; init; } = DataChecks.FewestRowsPerClass;

    /// <exception cref="LearningException">The rows cannot be learned from, or it would take more memory than it may.</exception>
    internal void Require(ILearner learner, ParameterSet parameters, TrainingRun run)
    {
        if (Table.Schema.IsNumeric ? !learner.LearnsNumbers : !learner.LearnsClasses)
            throw new LearningException("learner", $"{learner.Name} does not learn {(Table.Schema.IsNumeric ? "numbers" : "classes")}; {string.Join(" and ", Learners.For(Table.Schema.IsNumeric).Select(each => each.Name))} do.");
        DataChecks.Require(Table, Train, FewestRowsPerClass);
        var bytes = Table.Bytes + learner.EstimateBytes(Table.Schema, Train.Length + Validation.Length, parameters);
        if (bytes > run.MemoryLimitBytes)
            throw new LearningException("rows", $"Training {learner.Name} on {Train.Length} rows × {Table.Schema.Columns.Count} columns takes about {bytes >> 20} MiB; {run.MemoryLimitBytes >> 20} MiB are allowed.");
    }

    /// <summary>A weight per class: 1, or with <c>balanced</c> such that all classes weigh the same and a row 1 on average.</summary>
    internal double[] ClassWeights(string parameter)
    {
        var counts = DataChecks.Counts(Table, Train);
        return [.. counts.Select(count => parameter == "balanced" ? Train.Length / (double)(counts.Length * Math.Max(1, count)) : 1)];
    }
}

/// <summary>How a training runs, as against what it learns.</summary>
/// <param name="OnProgress">Called after each round, on the thread that trains.</param>
/// <param name="MemoryLimitBytes">Checked against an estimate before anything starts.</param>
public sealed record TrainingRun(ulong Seed = 1, int Threads = 1, Action<TrainingProgress>? OnProgress = null, long MemoryLimitBytes = long.MaxValue, CancellationToken Cancellation = default);

/// <summary>After a round: an iteration, a tree per class, or an epoch.</summary>
/// <param name="Round">From 1.</param>
/// <param name="TrainLoss">Mean cross-entropy in nats, weighted as it is trained on; of numbers the root mean squared error, in their unit. Absent in rounds where looking would cost too much.</param>
/// <param name="ValidationLoss">Absent without validation rows.</param>
public sealed record TrainingProgress(int Round, int MaxRounds, double? TrainLoss, double? ValidationLoss)
{
    /// <param name="names">Of the parameters that decide it, the first most of all.</param>
    /// <exception cref="LearningException">A loss is no finite number: the training diverged, and further rounds would not mend it.</exception>
    internal TrainingProgress Require(ParameterSet parameters, params ReadOnlySpan<string> names)
    {
        if (double.IsFinite(TrainLoss ?? 0) && double.IsFinite(ValidationLoss ?? 0))
            return this;
        var values = new List<string>();
        foreach (var name in names)
            values.Add(string.Create(CultureInfo.InvariantCulture, $"'{name}' ({parameters.Number(name)})"));
        throw new LearningException(names[0], $"The training diverged: in round {Round} the loss is no finite number. Try other values of {string.Join(" and ", values)}.");
    }
}

public sealed record FeatureImportance(string Column, double Share);

public interface ITrainedModel : IDisposable
{
    TableSchema Schema { get; }

    /// <summary>All rounds, in order.</summary>
    IReadOnlyList<TrainingProgress> History { get; }

    /// <summary>The round whose model this is.</summary>
    int BestRound { get; }

    /// <summary>By descending share, which sum to 1; empty where it means nothing.</summary>
    IReadOnlyList<FeatureImportance> Importance { get; }

    /// <summary>Probabilities <c>[rows,classes]</c>, or numbers <c>[rows,1]</c> where the schema's label is one.</summary>
    float[] Predict(Table table, ReadOnlySpan<int> rows);

    /// <summary>Writes an ONNX model from <c>rows [N,columns] float32</c>, cells as the table has them, to <c>probabilities [N,classes] float32</c>, or <c>score [N,1] float32</c> where the schema's label is a number.</summary>
    void Export(Stream destination);
}
