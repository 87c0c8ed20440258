using System.Text.Json.Serialization;
using Learning.Evaluation;

namespace TrainingService.LabelKinds;

/// <summary>An evaluation in a few numbers.</summary>
[JsonDerivedType(typeof(ClassFigures))]
internal abstract record Figures;

/// <summary>Precision, recall and F1 are means over classes.</summary>
/// <param name="AccuracyInterval">95 %, Wilson.</param>
internal sealed record ClassFigures(
    int Rows, double Accuracy, Interval AccuracyInterval, double Precision, double Recall, double F1, double? RocAuc, double LogLoss, double CalibrationError) : Figures;
