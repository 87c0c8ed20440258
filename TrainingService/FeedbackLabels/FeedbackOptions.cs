using System.ComponentModel.DataAnnotations;

namespace TrainingService.FeedbackLabels;

/// <summary>The section <c>FeedbackLabels</c>.</summary>
internal sealed class FeedbackOptions
{
    /// <summary>How long feedback is tried to be taken over while InferenceService or StorageService is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(7);
}
