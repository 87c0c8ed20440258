using System.Text.Json;
using TrainingService.Registry;
using TrainingService.Runs;

namespace TrainingService.Evaluations;

/// <summary>What a version's lineage says of the data that it was trained on, as a run writes it.</summary>
/// <param name="Reference">Number of the choice of reference rows that it was kept from; 0: before choices were numbered.</param>
/// <param name="Seed">Of the split.</param>
internal sealed record TrainedOn(Guid Dataset, Guid? Snapshot, int Reference, ulong Seed)
{
    /// <summary>Null: it was trained elsewhere.</summary>
    public static TrainedOn? Of(ModelVersion version)
    {
        if (version.Lineage is not { ValueKind: JsonValueKind.Object } lineage || !lineage.TryGetProperty("dataset", out var dataset) || !TryGuid(dataset, out var id))
            return null;
        return new TrainedOn(
            id,
            lineage.TryGetProperty("snapshot", out var snapshot) && TryGuid(snapshot, out var made) ? made : null,
            lineage.TryGetProperty("reference", out var reference) && reference.ValueKind == JsonValueKind.Number && reference.TryGetInt32(out var number) ? number : 0,
            lineage.TryGetProperty("seed", out var seed) && seed.ValueKind == JsonValueKind.Number && seed.TryGetUInt64(out var chosen) ? chosen : new RunRequest().Seed);
    }

    private static bool TryGuid(JsonElement element, out Guid id)
    {
        id = default;
        return element.ValueKind == JsonValueKind.String && element.TryGetGuid(out id);
    }
}
