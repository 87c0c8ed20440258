using Learning.Heads;
using Learning.Linear;
using Learning.Trees;

namespace Learning;

/// <summary>What there is to learn with. Learners keep nothing between runs: one of each serves all.</summary>
public static class Learners
{
    public static IReadOnlyList<ILearner> All { get; } = [new LogisticRegression(), new BoostedTrees(), new ImageHead()];

    /// <exception cref="LearningException">There is none of that name; the message lists those there are.</exception>
    public static ILearner Find(string name) => All.FirstOrDefault(learner => learner.Name == name)
        ?? throw new LearningException("learner", $"There is no learner '{name}'; there are {string.Join(", ", All.Select(learner => learner.Name))}.");
}
