namespace InferenceService.Compatibility;

/// <summary>The section <c>Compatibility</c>: which models answer the calls people already have.</summary>
public sealed class CompatibilityOptions
{
    /// <summary>Answers <c>/detect</c> and <c>/detect-batch</c>; its labels include <c>with_mask</c>.</summary>
    public string DetectModel { get; init; } = "mask-detector";

    /// <summary>Answers <c>/prediction</c> and <c>/predict</c>.</summary>
    public string ScoreModel { get; init; } = "report-scorer";

    /// <summary>Answers <c>/upload</c>.</summary>
    public string UploadModel { get; init; } = "resnet50";
}
