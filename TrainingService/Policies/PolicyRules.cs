using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Evaluations;
using TrainingService.Registry;
using TrainingService.Runs.Requests;

namespace TrainingService.Policies;

/// <summary>What a policy may say.</summary>
internal static class PolicyRules
{
    private const double LongestDebounceSeconds = 86_400;

    /// <exception cref="ProblemException">422: names the field, and says what is allowed.</exception>
    public static void Check(Policy policy, Dataset dataset)
    {
        var model = policy.Model ?? dataset.Name;
        if (!ModelManifest.IsName(model))
        {
            throw ProblemException.Unusable("model", $"'{model}' can't be a model's name, which is 1 to 64 lower-case letters, digits, '.', '_' or '-' and begins with a letter or digit.");
        }
        ReservedNames.Refuse(model, "model");
        if (policy.Gates is { } gates)
            Check(gates);
        if (policy.AutoTrain is { } auto)
            Check(auto, dataset);
    }

    private static void Check(Gates gates)
    {
        foreach (var (name, share) in new[] { ("minPrecision", gates.MinPrecision), ("minRecall", gates.MinRecall), ("minAccuracy", gates.MinAccuracy), ("minF1", gates.MinF1) })
        {
            if (share is not (null or (>= 0 and <= 1)))
                throw ProblemException.Unusable($"gates.{name}", $"'{name}' is a share, 0 to 1.");
        }
    }

    private static void Check(AutoTrain auto, Dataset dataset)
    {
        if (auto.MinNewLabels < 1)
            throw ProblemException.Unusable("autoTrain.minNewLabels", "'minNewLabels' is how many labels have to be new before the next run, at least 1.");
        if (auto.DebounceSeconds is not (>= 0 and <= LongestDebounceSeconds))
            throw ProblemException.Unusable("autoTrain.debounceSeconds", $"'debounceSeconds' is how long nothing more may come in before a run starts, 0 to {LongestDebounceSeconds}.");
        if (dataset.Schema?.Label.Type == LabelType.Number)
            throw ProblemException.Unusable("autoTrain", "The data set's labels are numbers; learners learn classes.");
        try
        {
            LearnerChecks.Require(dataset.Kind, auto.ToRequest());
        }
        catch (ProblemException e) when (e.Field is not null)
        {
            throw ProblemException.Unusable($"autoTrain.{e.Field}", e.Message, e.Code);
        }
    }
}
