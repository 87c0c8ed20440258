using InferenceService.Batching;

namespace InferenceService.Predictions;

/// <summary>What a caller asks for, apart from the inputs.</summary>
/// <param name="Version">Null takes the live one.</param>
/// <param name="Caller">Pseudonymous id of who asks; owns what is recorded.</param>
/// <param name="Top">How many labels to answer, at least 1.</param>
/// <param name="Priority">Which items of one model's queue run first.</param>
public sealed record PredictionRequest(string Model, string? Version, string Caller, int Top = PredictionRequest.DefaultTop, Priority Priority = Priority.Interactive)
{
    public const int DefaultTop = 5;

    /// <summary>The API key whose daily quota the items are taken from; null: none has to be asked.</summary>
    public Guid? QuotaKey { get; init; }

    /// <summary>
    /// Asked by the suite itself, for training and evaluation: nothing of it is recorded, no quota counts it, and versions that nobody
    /// has promoted yet answer too.
    /// </summary>
    public bool ForService { get; init; }

    /// <summary>Where the caller is, in the form that may be kept: with what is recorded, and in no event.</summary>
    public string? ClientAddress { get; init; }
}
