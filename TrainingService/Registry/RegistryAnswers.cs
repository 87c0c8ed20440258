using System.Text.Json;
using ServiceDefaults.History;
using TrainingService.Evaluations;

namespace TrainingService.Registry;

/// <summary>A model in the list. The rows know a model and its versions apart; a reader wants to see at once what is live.</summary>
/// <param name="Dataset">The data set whose gates guard it.</param>
/// <param name="Private">Serves its owner alone.</param>
/// <param name="Suspended">Absent unless prediction is refused for now.</param>
internal sealed record ModelSummary(string Name, string Task, string? Live, int Versions, DateTimeOffset CreatedAt, Guid? Dataset, bool Private, Suspension? Suspended);

/// <param name="Versions">Newest first.</param>
internal sealed record ModelDetails(
    string Name, string Task, string? Live, Guid? Dataset, bool Private, Suspension? Suspended, IReadOnlyList<VersionDetails> Versions);

/// <param name="Refused">Why it may not serve, a sentence for each gate; absent unless it was refused.</param>
/// <param name="ErasedRows">Rows it was trained on, of people who were erased since.</param>
/// <param name="Evaluation">The newest, on the data set that guards the model if there is one.</param>
internal sealed record VersionDetails(
    string Version,
    VersionState State,
    VersionOrigin Origin,
    IReadOnlyList<string>? Refused,
    string Sha256,
    long Bytes,
    JsonElement? Metrics,
    JsonElement? Lineage,
    long ErasedRows,
    EvaluationFigures? Evaluation,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PromotedAt,
    JsonElement Manifest)
{
    public static VersionDetails Of(ModelVersion v, long erasedRows = 0, EvaluationFigures? evaluation = null) => new(
        v.Version, v.State, v.Origin, v.Refused, v.Sha256, v.Bytes, v.Metrics, v.Lineage, erasedRows, evaluation, v.CreatedAt, v.PromotedAt, v.Manifest);
}

/// <summary>Which version serves now, after a promotion or rollback.</summary>
internal sealed record LiveVersion(string Model, string Version, DateTimeOffset PromotedAt);

/// <param name="Verification">Of the whole history, the entries of other models included: they are links of the same chain.</param>
/// <param name="Entries">Those of this model, newest first.</param>
internal sealed record ModelHistory(string Model, HistoryVerification Verification, IReadOnlyList<HistoryEntry> Entries);
