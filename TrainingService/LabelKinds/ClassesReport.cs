using Learning.Evaluation;

namespace TrainingService.LabelKinds;

internal sealed record ClassesReport(EvaluationReport Report) : LabelReport
{
    /// <summary>Reference rows that each class needs before anything is judged by them.</summary>
    public const int FewestPerClass = 10;

    public override LabelKind Kind => LabelKind.Classes;

    public override double? Accuracy => Report.Accuracy;

    public override IReadOnlyList<IReadOnlyList<int>> Confusion => Report.Confusion;

    public override Figures Figures => new ClassFigures(
        Report.Rows, Report.Accuracy, Report.AccuracyInterval, Report.MacroPrecision, Report.MacroRecall, Report.MacroF1, Report.RocAuc, Report.LogLoss, Report.CalibrationError);

    public override IReadOnlyDictionary<string, double> Metrics
    {
        get
        {
            var metrics = new Dictionary<string, double>
            {
                ["accuracy"] = Report.Accuracy,
                ["precision"] = Report.MacroPrecision,
                ["recall"] = Report.MacroRecall,
                ["f1"] = Report.MacroF1,
                ["logLoss"] = Report.LogLoss,
            };
            if (Report.RocAuc is { } area)
                metrics["rocAuc"] = area;
            return metrics;
        }
    }

    public override GatedFigure? Gated(string gate) => gate switch
    {
        "minAccuracy" => new("accuracy", Report.Accuracy),
        "minPrecision" => new("precision", Report.MacroPrecision),
        "minRecall" => new("recall", Report.MacroRecall),
        "minF1" => new("F1", Report.MacroF1),
        _ => null,
    };

    public override LearningCurvePoint OnCurve(int rows, IEvaluationReport test) =>
        test is EvaluationReport tested ? new(rows, Report.Accuracy, tested.Accuracy, tested.LogLoss) : throw new ArgumentException("It is of other labels.", nameof(test));

    /// <summary>A class without any reference row can't be judged either. Labels that only the version knows may be without.</summary>
    public override IEnumerable<string> TooSmall(IReadOnlyList<string> classes)
    {
        var support = Report.Classes.ToDictionary(each => each.Class, each => each.Support);
        return classes.Select(each => (Class: each, Rows: support.GetValueOrDefault(each))).Where(each => each.Rows < FewestPerClass)
            .Select(each => $"reference-too-small: class '{each.Class}' has {each.Rows} reference rows; {FewestPerClass} are the least");
    }
}
