using System.ComponentModel.DataAnnotations;

namespace FeedbackService.Quality;

/// <summary>The section <c>Quality</c>.</summary>
public sealed class QualityOptions
{
    /// <summary>Judged predictions that a version is measured by: the last ones.</summary>
    [Range(1, 100_000)]
    public int Window { get; init; } = 1000;

    /// <summary>How often a version is measured at most, however much feedback comes in.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);
}
