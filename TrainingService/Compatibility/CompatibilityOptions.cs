using System.ComponentModel.DataAnnotations;

namespace TrainingService.Compatibility;

/// <summary>The section <c>Compatibility</c>, as far as it concerns training.</summary>
internal sealed class CompatibilityOptions
{
    /// <summary>What <c>/model/train</c> trains with unless the call names another.</summary>
    [Required]
    public string Learner { get; init; } = "logistic-regression";

    /// <summary>How long <c>/model/train</c> waits for its end before it answers 202; the gateway gives up after 75 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:10")]
    public TimeSpan TrainWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long <c>/model/test</c> waits for InferenceService to have a version that has just gone live.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan LoadWait { get; init; } = TimeSpan.FromSeconds(10);
}
