using System.Globalization;
using System.Text.Json.Serialization;
using Learning.Evaluation;

namespace TrainingService.Evaluations;

/// <summary>What a version must reach on the reference set before it serves. Shares 0..1, the means over classes; null: not asked.</summary>
/// <param name="MustBeatLive">Right at least as often as the live version on the same rows, and not significantly worse (McNemar, α 0.05).</param>
internal sealed record Gates(double? MinPrecision = null, double? MinRecall = null, double? MinAccuracy = null, double? MinF1 = null, bool MustBeatLive = true)
{
    /// <summary>Of a data set without a policy.</summary>
    public static Gates Default { get; } = new();

    [JsonIgnore]
    public bool AskForFigures => (MinPrecision ?? MinRecall ?? MinAccuracy ?? MinF1) is not null;

    /// <summary>A sentence for each figure that is under its gate.</summary>
    public IEnumerable<string> FailedBy(EvaluationReport report)
    {
        (string Figure, double Value, string Gate, double? Least)[] all =
        [
            ("accuracy", report.Accuracy, "minAccuracy", MinAccuracy),
            ("precision", report.MacroPrecision, "minPrecision", MinPrecision),
            ("recall", report.MacroRecall, "minRecall", MinRecall),
            ("F1", report.MacroF1, "minF1", MinF1),
        ];
        return all.Where(each => each.Value < each.Least).Select(each => $"{each.Figure} {Text(each.Value)} is under {each.Gate} {each.Least!.Value.ToString(CultureInfo.InvariantCulture)}");
    }

    // Cut off, not rounded: 0.84999 is not 0.85.
    private static string Text(double value) => (Math.Floor(value * 10_000) / 10_000).ToString("0.####", CultureInfo.InvariantCulture);
}
