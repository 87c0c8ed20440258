using FeedbackService.Observations;
using ServiceDefaults.Problems;

namespace FeedbackService.Feedback;

/// <summary>What a caller says about a prediction; at least one of the first three.</summary>
/// <param name="Correct">Whether it was right.</param>
/// <param name="Label">What it should have been.</param>
/// <param name="Rating">1 (bad) to 5 (good).</param>
public sealed record FeedbackRequest(bool? Correct, string? Label, int? Rating, string? Comment)
{
    private const int MaxLabel = 200;
    private const int MaxComment = 2000;

    /// <exception cref="ProblemException">400 that names the field.</exception>
    public void Check()
    {
        if (Correct is null && Label is null && Rating is null)
            throw ProblemException.Invalid("body", "Say at least one of 'correct', 'label' or 'rating'.");
        if (Rating is < 1 or > 5)
            throw ProblemException.Invalid("rating", "'rating' is 1 to 5.");
        CheckText("label", Label, MaxLabel);
        CheckText("comment", Comment, MaxComment);
        if (Label is { } label && label.Trim().Length == 0)
            throw ProblemException.Invalid("label", "'label' is empty.");
    }

    private static void CheckText(string field, string? text, int limit)
    {
        if (text?.Length > limit)
            throw ProblemException.Invalid(field, $"'{field}' has at most {limit} characters.");
        if (text?.Contains('\0', StringComparison.Ordinal) == true)
            throw ProblemException.Invalid(field, $"'{field}' contains a NUL character.");
    }
}

/// <summary>The latest feedback of one item as it is stored. The request has no owner and no time; this has both.</summary>
public sealed record Judgement
{
    public required Guid PredictionId { get; init; }
    public required string Caller { get; init; }
    public bool? Correct { get; init; }
    public string? Label { get; init; }
    public int? Rating { get; init; }
    public string? Comment { get; init; }
    public required DateTimeOffset Time { get; init; }

    /// <summary>Of the prediction; null in feedback that an older replica takes while the service is renewed.</summary>
    public string? Model { get; init; }
    public string? Version { get; init; }

    /// <summary>The label that was predicted; null of a model that scores.</summary>
    public string? Predicted { get; init; }

    public static Judgement Of(Observation about, FeedbackRequest request, DateTimeOffset now) => new()
    {
        PredictionId = about.Id,
        Caller = about.Caller,
        Correct = request.Correct,
        Label = request.Label,
        Rating = request.Rating,
        Comment = request.Comment,
        Time = now,
        Model = about.Model,
        Version = about.Version,
        Predicted = about.Label,
    };

    public bool Says(FeedbackRequest request) =>
        Correct == request.Correct && Label == request.Label && Rating == request.Rating && Comment == request.Comment;
}

/// <summary>Feedback as its giver reads it back.</summary>
public sealed record FeedbackView(Guid PredictionId, bool? Correct, string? Label, int? Rating, string? Comment, DateTimeOffset Time)
{
    public static FeedbackView From(Judgement j) => new(j.PredictionId, j.Correct, j.Label, j.Rating, j.Comment, j.Time);
}
