using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;
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
            Check(gates, dataset.Schema is null ? null : LabelKind.Of(dataset.Schema));
        if (policy.AutoTrain is { } auto)
            Check(auto, dataset);
    }

    /// <param name="labels">Null: there are none yet.</param>
    private static void Check(Gates gates, LabelKind? labels)
    {
        var kind = labels ?? (gates.Asked.Any(gate => LabelKind.Classes.Gates.Contains(gate.Name)) ? LabelKind.Classes : LabelKind.Numbers);
        foreach (var gate in gates.Asked.Where(gate => !kind.Gates.Contains(gate.Name)))
        {
            var why = labels is null ? $"the others ask for figures of {kind.Name}, and labels are one or the other" : $"the data set's labels are {kind.Name}";
            throw ProblemException.Unusable($"gates.{gate.Name}", $"'{gate.Name}' can't be asked for: {why}. Its gates are {string.Join(", ", kind.Gates)} and mustBeatLive.");
        }
        foreach (var (name, share) in new[] { ("minPrecision", gates.MinPrecision), ("minRecall", gates.MinRecall), ("minAccuracy", gates.MinAccuracy), ("minF1", gates.MinF1) })
        {
            if (share is not (null or (>= 0 and <= 1)))
                throw ProblemException.Unusable($"gates.{name}", $"'{name}' is a share, 0 to 1.");
        }
        foreach (var (name, error) in new[] { ("maxMeanAbsoluteError", gates.MaxMeanAbsoluteError), ("maxRootMeanSquaredError", gates.MaxRootMeanSquaredError) })
        {
            if (error is not (null or >= 0))
                throw ProblemException.Unusable($"gates.{name}", $"'{name}' is an error in the label's unit, 0 or more.");
        }
        if (gates.MinR2 is > 1)
            throw ProblemException.Unusable("gates.minR2", "'minR2' is 1 at most: all of the labels' variance explained.");
    }

    private static void Check(AutoTrain auto, Dataset dataset)
    {
        if (auto.MinNewLabels < 1)
            throw ProblemException.Unusable("autoTrain.minNewLabels", "'minNewLabels' is how many labels have to be new before the next run, at least 1.");
        if (auto.DebounceSeconds is not (>= 0 and <= LongestDebounceSeconds))
            throw ProblemException.Unusable("autoTrain.debounceSeconds", $"'debounceSeconds' is how long nothing more may come in before a run starts, 0 to {LongestDebounceSeconds}.");
        try
        {
            LearnerChecks.Require(dataset.Kind, dataset.Schema is null ? null : LabelKind.Of(dataset.Schema), auto.ToRequest());
        }
        catch (ProblemException e) when (e.Field is not null)
        {
            throw ProblemException.Unusable($"autoTrain.{e.Field}", e.Message, e.Code);
        }
    }
}
