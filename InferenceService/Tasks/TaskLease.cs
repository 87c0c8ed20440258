using ServiceDefaults.WorkQueues;

namespace InferenceService.Tasks;

/// <summary>A task that this worker holds, as it was when it was taken.</summary>
/// <param name="Done">Items that have their results already.</param>
/// <param name="Attempts">Workers lost since the last progress, this time included.</param>
internal sealed record TaskLease(
    Guid Id, string Owner, string Model, string? Version, int Top, InputKind Kind, string Sha256, long Bytes, int Total, int Done, int Attempts, long Epoch) : IWork;
