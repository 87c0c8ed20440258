using System.Text.Json;
using ServiceDefaults.History;

namespace TrainingService.Registry;

/// <summary>A model in the list. The rows know a model and its versions apart; a reader wants to see at once what is live.</summary>
internal sealed record ModelSummary(string Name, string Task, string? Live, int Versions, DateTimeOffset CreatedAt);

/// <param name="Versions">Newest first.</param>
internal sealed record ModelDetails(string Name, string Task, string? Live, IReadOnlyList<VersionDetails> Versions);

internal sealed record VersionDetails(
    string Version,
    VersionState State,
    string Sha256,
    long Bytes,
    JsonElement? Metrics,
    JsonElement? Lineage,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PromotedAt,
    JsonElement Manifest)
{
    public static VersionDetails Of(ModelVersion v) =>
        new(v.Version, v.State, v.Sha256, v.Bytes, v.Metrics, v.Lineage, v.CreatedAt, v.PromotedAt, v.Manifest);
}

/// <summary>Which version serves now, after a promotion or rollback.</summary>
internal sealed record LiveVersion(string Model, string Version, DateTimeOffset PromotedAt);

/// <param name="Verification">Of the whole history, the entries of other models included: they are links of the same chain.</param>
/// <param name="Entries">Those of this model, newest first.</param>
internal sealed record ModelHistory(string Model, HistoryVerification Verification, IReadOnlyList<HistoryEntry> Entries);
