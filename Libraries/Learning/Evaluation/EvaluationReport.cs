namespace Learning.Evaluation;

/// <summary>How good predictions are, against the labels. Serialises to JSON as it is.</summary>
/// <param name="Confusion">Rows by their label, columns by what was predicted: the class of the highest probability.</param>
/// <param name="MacroF1">As the others that are macro: the mean over the classes that occur, however rare each is.</param>
/// <param name="RocAuc">Of two classes the second's; of more the mean of each against the rest. Absent with one class only.</param>
/// <param name="LogLoss">Mean cross-entropy in nats; probabilities below 1e-15 count as that.</param>
/// <param name="CalibrationError">Expected calibration error over ten bins: by how much confidence and accuracy differ (Guo et al. 2017).</param>
/// <param name="Roc">Of two classes one curve, of more one per class; at most 200 points each.</param>
public sealed record EvaluationReport(
    int Rows, double Accuracy, Interval AccuracyInterval, double MacroPrecision, double MacroRecall, double MacroF1, double? RocAuc, double LogLoss, double CalibrationError,
    IReadOnlyList<ClassReport> Classes, IReadOnlyList<IReadOnlyList<int>> Confusion, IReadOnlyList<Curve> Roc, IReadOnlyList<Curve> PrecisionRecall, IReadOnlyList<CalibrationBin> Calibration) : IEvaluationReport;
