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
