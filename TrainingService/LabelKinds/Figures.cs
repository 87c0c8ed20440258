using System.Text.Json.Serialization;
using Learning.Evaluation;

namespace TrainingService.LabelKinds;

/// <summary>An evaluation in a few numbers.</summary>
[JsonDerivedType(typeof(ClassFigures)), JsonDerivedType(typeof(NumberFigures))]
internal abstract record Figures;

/// <summary>Precision, recall and F1 are means over classes.</summary>
/// <param name="AccuracyInterval">95 %, Wilson.</param>
internal sealed record ClassFigures(
    int Rows, double Accuracy, Interval AccuracyInterval, double Precision, double Recall, double F1, double? RocAuc, double LogLoss, double CalibrationError) : Figures;

/// <summary>Errors are in the label's own unit.</summary>
/// <param name="MeanAbsoluteErrorInterval">95 %.</param>
/// <param name="R2">Share of the labels' variance that is explained; absent where they do not vary.</param>
/// <param name="MeanError">Predicted less label.</param>
/// <param name="Spearman">Correlation of ranks; absent where labels or predictions do not vary.</param>
internal sealed record NumberFigures(
    int Rows, double MeanAbsoluteError, Interval MeanAbsoluteErrorInterval, double RootMeanSquaredError, double MedianAbsoluteError, double? R2, double MeanError, double? Spearman) : Figures;
