using ServiceDefaults.Problems;

namespace InferenceService.Models;

/// <summary>The live version fell under its gate in use: it does not predict until the registry says otherwise, or another version is live.</summary>
public sealed record Suspension(string Reason, DateTimeOffset Since)
{
    /// <summary>Of a request for predictions.</summary>
    public ProblemException Refusal(ModelManifest model) => ProblemException.Conflict(
        "model-below-threshold", $"'{model.Name}' {model.Version} does not predict for now: {Reason}");
}
