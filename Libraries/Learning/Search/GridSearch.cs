using System.Text.Json;
using Learning.Data;
using Learning.Parameters;

namespace Learning.Search;

/// <summary>Every combination of some parameters' values, each by k-fold; the lowest log-loss wins, of numbers the lowest root mean squared error; the first of equals.</summary>
public sealed class GridSearch
{
    public const int MostCombinations = 32;
    private readonly ILearner learner;
    private readonly IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> combinations;

    /// <param name="given">Parameters that stay as they are.</param>
    /// <param name="grid">By name the values to try.</param>
    /// <param name="numbers">Whether what is learned are labels that are numbers.</param>
    /// <exception cref="LearningException">A name or value that the learner does not take, one that is given besides, nothing to try, or too many combinations.</exception>
    public GridSearch(ILearner learner, IReadOnlyDictionary<string, JsonElement> given, IReadOnlyDictionary<string, IReadOnlyList<JsonElement>> grid, bool numbers = false)
    {
        this.learner = learner;
        var known = learner.ParametersFor(numbers);
        _ = ParameterSet.Read(known, given);
        foreach (var (name, values) in grid)
        {
            if (values.Count == 0)
                throw new LearningException(name, $"The grid lists no value of '{name}'.");
            if (given.ContainsKey(name))
                throw new LearningException(name, $"Parameter '{name}' is given and searched for; leave one out.");
            foreach (var value in values)
                _ = ParameterSet.Read(known, new Dictionary<string, JsonElement> { [name] = value });
        }
        if (grid.Values.Aggregate(1L, (product, values) => Math.Min(product * values.Count, int.MaxValue)) is > MostCombinations and var count)
            throw new LearningException("grid", $"The grid has {count} combinations; {MostCombinations} are the most.");
        combinations = [.. Combine(known, grid)];
        Sets = [.. combinations.Select(combination => ParameterSet.Read(known, given.Concat(combination).ToDictionary()))];
    }

    /// <summary>All parameters of each combination, in the order of <see cref="GridSearchResult.Tried"/>.</summary>
    public IReadOnlyList<ParameterSet> Sets { get; }

    /// <param name="folds">Of <see cref="Split.Folds"/>, without the rows that the result is judged by.</param>
    /// <param name="onProgress">Called after each fold.</param>
    public GridSearchResult Run(Table table, IReadOnlyList<Split> folds, TrainingRun run, Action<GridProgress>? onProgress = null)
    {
        List<Combination> tried = [];
        foreach (var (i, set) in Sets.Index())
        {
            var figures = CrossValidation.Measure(learner, table, folds, set, run, fold => onProgress?.Invoke(new GridProgress(i + 1, Sets.Count, fold, folds.Count)));
            tried.Add(new Combination(combinations[i], figures.Accuracy, figures.MacroF1, figures.LogLoss)
            {
                MeanAbsoluteError = figures.MeanAbsoluteError, RootMeanSquaredError = figures.RootMeanSquaredError, R2 = figures.R2,
            });
        }
        return new GridSearchResult(folds.Count, tried, tried.Index().MinBy(each => each.Item.Loss).Index);
    }

    // In the order in which the learner lists its parameters; the last changes fastest.
    private static IEnumerable<IReadOnlyDictionary<string, JsonElement>> Combine(IReadOnlyList<ParameterSpec> known, IReadOnlyDictionary<string, IReadOnlyList<JsonElement>> grid)
    {
        IEnumerable<Dictionary<string, JsonElement>> combined = [[]];
        foreach (var name in known.Select(spec => spec.Name).Where(grid.ContainsKey))
            combined = [.. combined.SelectMany(combination => grid[name].Select(value => new Dictionary<string, JsonElement>(combination) { [name] = value.Clone() }))];
        return combined;
    }
}

/// <summary>Of classes the first figures, of numbers the last; the others are absent.</summary>
/// <param name="Parameters">Those searched for.</param>
public sealed record Combination(IReadOnlyDictionary<string, JsonElement> Parameters, Spread? Accuracy, Spread? MacroF1, Spread? LogLoss)
{
    public Spread? MeanAbsoluteError { get; init; }

    public Spread? RootMeanSquaredError { get; init; }

    public Spread? R2 { get; init; }

    /// <summary>By which one is chosen.</summary>
    internal double Loss => (LogLoss ?? RootMeanSquaredError)!.Mean;
}

/// <param name="Best">Place in <paramref name="Tried"/>.</param>
public sealed record GridSearchResult(int Folds, IReadOnlyList<Combination> Tried, int Best);

/// <summary>A fold is done; all counts are from 1.</summary>
public sealed record GridProgress(int Combination, int Combinations, int Fold, int Folds)
{
    /// <summary>Trainings done, of <see cref="Total"/>.</summary>
    public int Done => ((Combination - 1) * Folds) + Fold;

    public int Total => Combinations * Folds;
}
