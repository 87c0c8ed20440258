namespace InferenceSuite.Contracts;

/// <summary>A person judged a prediction. The latest judgement of an item replaces the one before.</summary>
/// <param name="PredictionId">The item.</param>
/// <param name="Correct">Whether the prediction was right, if they said.</param>
/// <param name="Label">What it should have been, if they said.</param>
/// <param name="Rating">1..5.</param>
[EventType("feedback.received")]
public sealed record FeedbackReceived(
    Guid PredictionId,
    string Caller,
    string Model,
    string Version,
    string? PredictedLabel,
    bool? Correct,
    string? Label,
    int? Rating,
    DateTimeOffset Time);

/// <summary>A judgement was taken back.</summary>
[EventType("feedback.removed")]
public sealed record FeedbackRemoved(Guid PredictionId, string Caller, string Model, string Version, DateTimeOffset Time);

/// <summary>How right a model's version is in use: over its last predictions that have feedback.</summary>
/// <param name="Labels">How many predictions that is.</param>
/// <param name="Correct">How many of them were right.</param>
/// <param name="From">Time of the oldest of them.</param>
/// <param name="Balanced">The same with only the newest judgements of callers who gave more than a fifth of all; absent where nobody did.</param>
[EventType("quality.measured")]
public sealed record QualityMeasured(
    string Model, string Version, long Labels, long Correct, MeasuredShare Accuracy, IReadOnlyList<ClassQuality> Classes, DateTimeOffset From, DateTimeOffset Time,
    QualityMeasured? Balanced = null);

/// <param name="Support">Predictions whose right label this is.</param>
/// <param name="Predicted">Predictions that said this label.</param>
/// <param name="Correct">Predictions that said it and were right.</param>
/// <param name="Precision">Correct of predicted; absent when the label was never predicted.</param>
/// <param name="Recall">Correct of support; absent without any.</param>
public sealed record ClassQuality(string Label, long Support, long Predicted, long Correct, MeasuredShare? Precision, MeasuredShare? Recall);

/// <summary>A share with its 95 % interval (Wilson).</summary>
public sealed record MeasuredShare(double Value, double Low, double High);
