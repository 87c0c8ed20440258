namespace Learning.Evaluation;

/// <summary>How good predicted numbers are, against the labels. Serialises to JSON as it is. Errors are in the label's own unit.</summary>
/// <param name="MeanAbsoluteErrorInterval">95 %, by resampling the rows (a fixed seed); of more than 50,000 rows the normal distribution's.</param>
/// <param name="R2">The share of the labels' variance that is explained, less than 0 where their mean would predict better; absent where the labels do not vary.</param>
/// <param name="MeanError">Predicted less label: above 0 it predicts too much on average.</param>
/// <param name="Spearman">Correlation of ranks, ties by their mean; absent where the labels or the predictions do not vary.</param>
/// <param name="Residuals">Predicted less label: how many rows lie where, at most 30 bins; the first and the last hold the few that are far out.</param>
/// <param name="Tenths">The rows by their label: the lowest tenth first.</param>
/// <param name="Sample">At most 500 rows, evenly taken from those in the order of their labels.</param>
public sealed record RegressionReport(
    int Rows, double MeanAbsoluteError, Interval MeanAbsoluteErrorInterval, double RootMeanSquaredError, double MedianAbsoluteError, double? R2, double MeanError, double? Spearman,
    IReadOnlyList<ResidualBin> Residuals, IReadOnlyList<LabelTenth> Tenths, IReadOnlyList<PredictedNumber> Sample) : IEvaluationReport;

/// <summary>Rows whose predicted number less their label is at least <paramref name="From"/> and below <paramref name="To"/>; the last bin has its end, too.</summary>
public sealed record ResidualBin(double From, double To, int Rows);

/// <summary>Rows whose labels are next to each other in order.</summary>
/// <param name="From">The lowest label among them; <paramref name="To"/> the highest.</param>
/// <param name="MeanError">Predicted less label.</param>
public sealed record LabelTenth(double From, double To, int Rows, double MeanAbsoluteError, double MeanError);

/// <param name="Predicted">For the row with this label.</param>
public readonly record struct PredictedNumber(float Label, float Predicted);
