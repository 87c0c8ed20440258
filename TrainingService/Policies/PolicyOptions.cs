using System.ComponentModel.DataAnnotations;

namespace TrainingService.Policies;

/// <summary>The section <c>Policies</c>.</summary>
internal sealed class PolicyOptions
{
    /// <summary>Judged predictions that it takes before a version's quality in use has consequences.</summary>
    [Range(1, 100_000)]
    public int MinQualityLabels { get; init; } = 50;
}
