using System.Globalization;
using InferenceSuite.Contracts;
using TrainingService.Evaluations;

namespace TrainingService.Policies.Quality;

/// <summary>Holds what people say of a version in use against the gates that it had to pass to go live. The measured value itself decides, not its interval.</summary>
internal static class QualityGate
{
    /// <summary>Cases of a class from which on its precision or its recall counts: one typo makes a class of one, and must not halve a mean.</summary>
    public const int FewestCases = 10;

    /// <summary>Why it would not pass now; null: it would. Precision, recall and F1 are means over the classes that have enough cases for them.</summary>
    /// <param name="labels">That the version knows. Others are what somebody wrote: they count against what was said instead, and are no class of their own. Null: all count.</param>
    public static string? WhyBelow(Gates gates, QualityMeasured measured, IReadOnlyCollection<string>? labels)
    {
        var classes = measured.Classes.Where(c => labels?.Contains(c.Label) != false).ToArray();
        string[] reasons =
        [
            .. Below("accuracy", [measured.Accuracy.Value], "minAccuracy", gates.MinAccuracy, measured.Labels),
            .. Below("precision", classes.Select(Precision), "minPrecision", gates.MinPrecision, measured.Labels),
            .. Below("recall", classes.Select(Recall), "minRecall", gates.MinRecall, measured.Labels),
            .. Below("F1", classes.Select(F1), "minF1", gates.MinF1, measured.Labels),
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

    private static double? Precision(ClassQuality of) => of.Predicted >= FewestCases ? of.Precision?.Value : null;

    private static double? Recall(ClassQuality of) => of.Support >= FewestCases ? of.Recall?.Value : null;

    private static double? F1(ClassQuality of) =>
        Precision(of) is { } precision && Recall(of) is { } recall ? precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall) : null;
}
