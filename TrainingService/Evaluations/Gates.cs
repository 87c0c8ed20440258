using System.Globalization;
using System.Text.Json.Serialization;
using TrainingService.LabelKinds;

namespace TrainingService.Evaluations;

/// <summary>What a version must reach on the reference set before it serves. Shares 0..1, the means over classes; null: not asked.</summary>
/// <param name="MustBeatLive">Right at least as often as the live version on the same rows, and not significantly worse (McNemar, α 0.05).</param>
internal sealed record Gates(double? MinPrecision = null, double? MinRecall = null, double? MinAccuracy = null, double? MinF1 = null, bool MustBeatLive = true)
{
    /// <summary>Of a data set without a policy.</summary>
    public static Gates Default { get; } = new();

    [JsonIgnore]
    public bool AskForFigures => Asked.Any();

    /// <summary>The gates that ask for a figure, with what they ask.</summary>
    [JsonIgnore]
    public IEnumerable<(string Gate, double Bound)> Asked
    {
        get
        {
            (string Gate, double? Bound)[] all = [("minAccuracy", MinAccuracy), ("minPrecision", MinPrecision), ("minRecall", MinRecall), ("minF1", MinF1)];
            return all.Where(each => each.Bound is not null).Select(each => (each.Gate, each.Bound!.Value));
        }
    }

    /// <summary>A sentence for each figure that is under its gate.</summary>
    public IEnumerable<string> FailedBy(LabelReport report)
    {
        foreach (var (gate, least) in Asked)
        {
            if (report.Gated(gate) is { } figure && figure.Value < least)
                yield return $"{figure.Name} {Text(figure.Value!.Value)} is under {gate} {least.ToString(CultureInfo.InvariantCulture)}";
        }
    }

    // Cut off, not rounded: 0.84999 is not 0.85.
    private static string Text(double value) => (Math.Floor(value * 10_000) / 10_000).ToString("0.####", CultureInfo.InvariantCulture);
}
