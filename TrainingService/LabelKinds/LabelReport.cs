using Learning.Evaluation;

namespace TrainingService.LabelKinds;

/// <summary>What the service makes of a report of the library's, which is what it stores and shows.</summary>
internal abstract record LabelReport
{
    public static LabelReport Of(IEvaluationReport report) => report switch
    {
        EvaluationReport classes => new ClassesReport(classes),
        RegressionReport numbers => new NumbersReport(numbers),
        _ => throw new ArgumentException($"{report.GetType().Name} is no report that is known here.", nameof(report)),
    };

    public abstract LabelKind Kind { get; }

    /// <summary>Share of rows that are right, where there is such a thing.</summary>
    public virtual double? Accuracy => null;

    /// <summary>In a few numbers.</summary>
    public abstract Figures Figures { get; }

    /// <summary>What the manifest of a version says of it, by name.</summary>
    public abstract IReadOnlyDictionary<string, double> Metrics { get; }

    /// <summary>Rows by their label, columns by what was predicted, in the order of the classes; null where there are none.</summary>
    public virtual IReadOnlyList<IReadOnlyList<int>>? Confusion => null;

    /// <summary>What a gate asks for; null: there is no such figure of labels of this kind.</summary>
    /// <param name="gate">Its name, such as <c>minAccuracy</c>.</param>
    public abstract GatedFigure? Gated(string gate);

    /// <summary>As the last point of a learning curve.</summary>
    /// <param name="rows">That were trained on, which this is of.</param>
    public abstract LearningCurvePoint OnCurve(int rows, IEvaluationReport test);

    /// <summary>A sentence for each part of the reference rows that has too few to judge by.</summary>
    /// <param name="classes">That occur in the data set; of numbers none.</param>
    public abstract IEnumerable<string> TooSmall(IReadOnlyList<string> classes);
}

/// <param name="Name">In a sentence.</param>
/// <param name="Value">Null: it can't be told on these rows.</param>
internal sealed record GatedFigure(string Name, double? Value);
