using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>Names of models that the suite makes itself, of others: whoever had one would decide what everybody else's images are learned from.</summary>
internal static class ReservedNames
{
    public const string EmbeddingSuffix = "-embedding";

    /// <exception cref="ProblemException">422: the name is none that callers may give.</exception>
    public static void Refuse(string model, string field)
    {
        if (model.EndsWith(EmbeddingSuffix, StringComparison.Ordinal))
            throw ProblemException.Unusable(field, $"'{model}' can't be a model's name: those that end in '{EmbeddingSuffix}' are the suite's, for what it makes of image models. Choose another.");
    }
}
