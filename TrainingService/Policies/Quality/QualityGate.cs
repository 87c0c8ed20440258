using System.Globalization;
using InferenceSuite.Contracts;
using TrainingService.Evaluations;

namespace TrainingService.Policies.Quality;

/// <summary>Holds what people say of a version in use against the gates that it had to pass to go live. The measured value itself decides, not its interval.</summary>
internal static class QualityGate
{
    /// <summary>Cases of a class from which on its precision or its recall counts: one typo makes a class of one, and must not halve a mean.</summary>
    public const int FewestCases = 10;

    /// <summary>Precision, recall and F1 are means over the classes that have enough cases for them.</summary>
    /// <param name="labels">That the version knows. Others are what somebody wrote: they count against what was said instead, and are no class of their own. Null: all count.</param>
    /// <param name="by">Figures of classes that a mean was under its gate by before, as <see cref="QualityVerdict.By"/> has them: without one of them nobody knows whether it is above again.</param>
    public static QualityVerdict Judge(Gates gates, QualityMeasured measured, IReadOnlyCollection<string>? labels, IReadOnlyCollection<string> by)
    {
        var classes = measured.Classes.Where(c => labels?.Contains(c.Label) != false).ToArray();
        Figure[] asked =
        [
            .. Asked("minAccuracy", gates.MinAccuracy, "accuracy", [("", measured.Accuracy.Value)]),
            .. Asked("minPrecision", gates.MinPrecision, "precision", classes.Select(c => (c.Label, Precision(c)))),
            .. Asked("minRecall", gates.MinRecall, "recall", classes.Select(c => (c.Label, Recall(c)))),
            .. Asked("minF1", gates.MinF1, "F1", classes.Select(c => (c.Label, F1(c)))),
        ];
        var below = asked.Where(figure => figure.Mean < figure.Least).ToArray();
        if (below.Length > 0)
            return new(QualityStand.Below, string.Join("; ", below.Select(figure => figure.Reason(measured.Labels))), [.. below.SelectMany(figure => figure.Of.Keys)]);
        var isKnown = asked.All(figure => figure.Mean is not null && by.Where(each => each.StartsWith(figure.Name + ' ', StringComparison.Ordinal)).All(figure.Of.ContainsKey));
        return new(isKnown ? QualityStand.Above : QualityStand.Unknown, Reason: null, []);
    }

    private static IEnumerable<Figure> Asked(string gate, double? least, string name, IEnumerable<(string Class, double? Value)> classes)
    {
        if (least is not null)
            yield return new Figure(gate, least.Value, name, classes.Where(each => each.Value is not null).ToDictionary(each => $"{name} {each.Class}", each => each.Value!.Value));
    }

    private static double? Precision(ClassQuality of) => of.Predicted >= FewestCases ? of.Precision?.Value : null;

    private static double? Recall(ClassQuality of) => of.Support >= FewestCases ? of.Recall?.Value : null;

    private static double? F1(ClassQuality of) =>
        Precision(of) is { } precision && Recall(of) is { } recall ? precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall) : null;

    /// <param name="Of">By class, those that have enough cases.</param>
    private sealed record Figure(string Gate, double Least, string Name, IReadOnlyDictionary<string, double> Of)
    {
        public double? Mean => Of.Count == 0 ? null : Of.Values.Average();

        public string Reason(long labels) => string.Create(CultureInfo.InvariantCulture, $"{Name} {Mean:0.000} over the last {labels} judged predictions is under {Gate} {Least}");
    }
}

/// <summary><see cref="Unknown"/>: nothing is under a gate, but there are too few cases to say that nothing is any more.</summary>
internal enum QualityStand { Below, Above, Unknown }

/// <summary>How a version in use stands to its gates.</summary>
/// <param name="Reason">Why it would not pass now; null unless it is below.</param>
/// <param name="By">The figures, such as <c>recall yes</c>, whose means are below.</param>
internal sealed record QualityVerdict(QualityStand Stand, string? Reason, IReadOnlyList<string> By);
