using Learning.Evaluation;

namespace TrainingService.LabelKinds;

internal sealed record NumbersReport(RegressionReport Report) : LabelReport
{
    /// <summary>Reference rows that it takes before anything is judged by them.</summary>
    public const int FewestRows = 50;

    public override LabelKind Kind => LabelKind.Numbers;

    public override Figures Figures => new NumberFigures(
        Report.Rows, Report.MeanAbsoluteError, Report.MeanAbsoluteErrorInterval, Report.RootMeanSquaredError, Report.MedianAbsoluteError, Report.R2, Report.MeanError, Report.Spearman);

    public override IReadOnlyDictionary<string, double> Metrics
    {
        get
        {
            var metrics = new Dictionary<string, double> { ["meanAbsoluteError"] = Report.MeanAbsoluteError, ["rootMeanSquaredError"] = Report.RootMeanSquaredError };
            if (Report.R2 is { } explained)
                metrics["r2"] = explained;
            if (Report.Spearman is { } correlation)
                metrics["spearman"] = correlation;
            return metrics;
        }
    }

    public override GatedFigure? Gated(string gate) => gate switch
    {
        "maxMeanAbsoluteError" => new("mean absolute error", Report.MeanAbsoluteError),
        "maxRootMeanSquaredError" => new("root mean squared error", Report.RootMeanSquaredError),
        "minR2" => new("R²", Report.R2),
        _ => null,
    };

    public override LearningCurvePoint OnCurve(int rows, IEvaluationReport test) =>
        test is RegressionReport tested ? LearningCurvePoint.OfNumbers(rows, Report, tested) : throw new ArgumentException("It is of other labels.", nameof(test));

    public override IEnumerable<string> TooSmall(IReadOnlyList<string> classes) =>
        Report.Rows < FewestRows ? [$"reference-too-small: there are {Report.Rows} reference rows; {FewestRows} are the least"] : [];
}
