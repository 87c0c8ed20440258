using System.Text.Json.Serialization;
using TrainingService.LabelKinds;

namespace TrainingService.Evaluations;

/// <summary>
/// What a version must reach on the reference set before it serves; null: not asked. Of classes shares, 0..1, the means over classes; of numbers errors in the label's
/// own unit, and the share of its variance that is explained.
/// </summary>
/// <param name="MustBeatLive">As good as the live version on the same rows, and not significantly worse: right as often (McNemar, α 0.05), or as near to the numbers (paired bootstrap, α 0.05).</param>
internal sealed record Gates(
    double? MinPrecision = null, double? MinRecall = null, double? MinAccuracy = null, double? MinF1 = null, bool MustBeatLive = true,
    double? MaxMeanAbsoluteError = null, double? MaxRootMeanSquaredError = null, double? MinR2 = null)
{
    /// <summary>Of a data set without a policy.</summary>
    public static Gates Default { get; } = new();

    [JsonIgnore]
    public bool AskForFigures => Asked.Any();

    /// <summary>The gates that ask for a figure, with what they ask.</summary>
    [JsonIgnore]
    public IEnumerable<Gate> Asked
    {
        get
        {
            (string Name, double? Bound)[] all =
            [
                ("minAccuracy", MinAccuracy), ("minPrecision", MinPrecision), ("minRecall", MinRecall), ("minF1", MinF1),
                ("maxMeanAbsoluteError", MaxMeanAbsoluteError), ("maxRootMeanSquaredError", MaxRootMeanSquaredError), ("minR2", MinR2),
            ];
            return all.Where(each => each.Bound is not null).Select(each => new Gate(each.Name, each.Bound!.Value));
        }
    }

    /// <summary>A sentence for each figure that does not reach its gate. A gate that can't be held against the report is not passed either.</summary>
    public IEnumerable<string> FailedBy(LabelReport report) => Asked.Select(gate => gate.WhyNot(report)).OfType<string>();
}
