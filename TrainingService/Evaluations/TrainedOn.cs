using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TrainingService.Datasets;
using TrainingService.Registry;
using TrainingService.Runs;

namespace TrainingService.Evaluations;

/// <summary>What a version's lineage says of the data that it was trained on, as a run writes it.</summary>
/// <param name="Reference">Number of the choice of reference rows that it was kept from; 0: before choices were numbered.</param>
/// <param name="Seed">Of the split.</param>
internal sealed record TrainedOn(Guid DatasetId, Guid? Snapshot, int Reference, ulong Seed)
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

    /// <summary>
    /// Which of the data set's reference rows a version was trained on, because they were chosen after that: those whose content was in its snapshot with a label, whatever label or id it
    /// had there. Of a version trained elsewhere nobody knows: none.
    /// </summary>
    public static async Task<IReadOnlySet<Guid>> SeenAsync(TrainingDb db, ModelVersion version, Dataset dataset, CancellationToken cancellation)
    {
        if (Of(version) is not { Snapshot: { } trainedOn } lineage || lineage.DatasetId != dataset.Id
            || await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(s => s.Id == trainedOn && s.Dataset == dataset.Number, cancellation) is not { } snapshot)
            return new HashSet<Guid>();
        // Looks by index for each row, as where they are read: one among the contents that are there, one among those that were removed.
        var seen = await db.Database.SqlQuery<Guid>($"""
            SELECT r.label AS "Value" FROM dataset_reference r
            CROSS JOIN LATERAL (SELECT content FROM labels WHERE dataset = r.dataset AND id = r.label AND removed IS NULL AND label IS NOT NULL OFFSET 0) c
            WHERE r.dataset = {dataset.Number} AND r.since > {lineage.Reference} AND (
              EXISTS (SELECT FROM labels l WHERE l.dataset = r.dataset AND l.content = c.content AND l.removed IS NULL AND l.label IS NOT NULL AND l.added <= {snapshot.Revision} OFFSET 0)
              OR EXISTS (SELECT FROM labels l WHERE l.dataset = r.dataset AND l.content = c.content AND l.removed IS NOT NULL AND l.label IS NOT NULL
                AND l.added <= {snapshot.Revision} AND l.removed > {snapshot.Revision} OFFSET 0))
            """).ToListAsync(cancellation);
        return seen.ToHashSet();
    }

    private static bool TryGuid(JsonElement element, out Guid id)
    {
        id = default;
        return element.ValueKind == JsonValueKind.String && element.TryGetGuid(out id);
    }
}
