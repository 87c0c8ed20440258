using System.Globalization;
using InferenceSuite.Contracts;
using TrainingService.Evaluations;

namespace TrainingService.Policies.Quality;

/// <summary>Holds what people say of a version in use against the gates that it had to pass to go live. The measured value itself decides, not its interval.</summary>
internal static class QualityGate
{
    /// <summary>Why it would not pass now; null: it would. Precision, recall and F1 are means over the classes that have them.</summary>
    public static string? WhyBelow(Gates gates, QualityMeasured measured)
    {
        string[] reasons =
        [
            .. Below("accuracy", [measured.Accuracy.Value], "minAccuracy", gates.MinAccuracy, measured.Labels),
            .. Below("precision", measured.Classes.Select(c => c.Precision?.Value), "minPrecision", gates.MinPrecision, measured.Labels),
            .. Below("recall", measured.Classes.Select(c => c.Recall?.Value), "minRecall", gates.MinRecall, measured.Labels),
            .. Below("F1", measured.Classes.Select(F1), "minF1", gates.MinF1, measured.Labels),
        ];
        return reasons.Length == 0 ? null : string.Join("; ", reasons);
    }

    private static IEnumerable<string> Below(string figure, IEnumerable<double?> values, string gate, double? least, long labels)
    {
        var known = values.OfType<double>().ToArray();
        if (least is null || known.Length == 0 || known.Average() >= least)
            yield break;
        yield return string.Create(CultureInfo.InvariantCulture, $"{figure} {known.Average():0.000} over the last {labels} judged predictions is under {gate} {least}");
    }

    private static double? F1(ClassQuality of) =>
        of is { Precision.Value: var precision, Recall.Value: var recall } ? precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall) : null;
}
