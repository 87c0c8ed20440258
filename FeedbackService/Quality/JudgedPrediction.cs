namespace FeedbackService.Quality;

/// <summary>A predicted label and what its caller said about it.</summary>
/// <param name="Label">What it should have been, if they said; it counts before <paramref name="Correct"/>.</param>
/// <param name="Time">Of the prediction.</param>
internal readonly record struct JudgedPrediction(string Predicted, bool? Correct, string? Label, DateTimeOffset Time, string Caller = "")
{
    /// <summary>The right label; null: the prediction was wrong, and nobody said what would have been right.</summary>
    public string? Truth => Label ?? (Correct == true ? Predicted : null);

    public bool IsRight => Truth == Predicted;
}
