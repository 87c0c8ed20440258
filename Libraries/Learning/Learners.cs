using Learning.Heads;
using Learning.Linear;
using Learning.Trees;

namespace Learning;

/// <summary>What there is to learn with. Learners keep nothing between runs: one of each serves all.</summary>
public static class Learners
{
    public static IReadOnlyList<ILearner> All { get; } = [new LogisticRegression(), new LinearRegression(), new BoostedTrees(), new ImageHead()];

    /// <summary>Those that learn labels that are numbers, or classes.</summary>
    public static IReadOnlyList<ILearner> For(bool number) => [.. All.Where(learner => number ? learner.LearnsNumbers : learner.LearnsClasses)];

    /// <exception cref="LearningException">There is none of that name; the message lists those there are.</exception>
    public static ILearner Find(string name) => All.FirstOrDefault(learner => learner.Name == name)
        ?? throw new LearningException("learner", $"There is no learner '{name}'; there are {string.Join(", ", All.Select(learner => learner.Name))}.");
}
