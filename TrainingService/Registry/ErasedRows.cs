using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;
using TrainingService.Datasets;

namespace TrainingService.Registry;

/// <summary>
/// Versions that were trained on rows of a person who is erased. What they learned can't be taken out of them: they are counted in the receipt and
/// marked, so that whoever serves them can train anew. Comes after the rows went, with which they are marked.
/// </summary>
internal sealed class ModelsTrainedOnErasedRows(TrainingDb db, TimeProvider time) : IPersonalData
{
    public string Name => "models-trained-on-erased-rows";

    /// <summary>Returns how many versions that are. Each counts once.</summary>
    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"""
            WITH gone AS (DELETE FROM trained_rows WHERE subject = erased_subject_hash({subject}) RETURNING *)
            INSERT INTO erased_rows (model, version, subject, rows, at, counted)
            SELECT model, version, subject, rows, {time.GetUtcNow()}, false FROM gone
            ON CONFLICT DO NOTHING
            """, cancellation); // of data sets that were deleted before
        return await db.Database.ExecuteSqlAsync($"UPDATE erased_rows SET counted = true WHERE subject = erased_subject_hash({subject}) AND NOT counted", cancellation);
    }

    /// <summary>Models say nothing of a person that their rows do not.</summary>
    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
}

internal static class ErasedRowCounts
{
    /// <summary>
    /// Marks the versions that were trained on rows which are about to be erased. In the transaction that erases them, under the data sets' locks: a version
    /// that is registered before is seen here, and one that comes later finds rows missing.
    /// </summary>
    /// <param name="datasets">Those that have rows of the subject (<see cref="SubjectRows"/>).</param>
    public static Task MarkTrainedOnAsync(this TrainingDb db, string subject, int[] datasets, DateTimeOffset now, CancellationToken cancellation) => db.Database.ExecuteSqlRawAsync($$"""
        WITH theirs AS MATERIALIZED (
          SELECT dataset, added, removed, count(*) AS rows FROM ({{SubjectRows.Labels}}) AS l WHERE label IS NOT NULL GROUP BY dataset, added, removed)
        INSERT INTO erased_rows (model, version, subject, rows, at, counted)
        SELECT v.model, v.version, erased_subject_hash({0}), sum(t.rows), {2}, false
        FROM theirs t
        JOIN dataset_snapshots s ON s.dataset = t.dataset AND t.added <= s.revision AND (t.removed IS NULL OR t.removed > s.revision)
        JOIN versions v ON v.lineage ->> 'snapshot' = s.id::text
        GROUP BY v.model, v.version
        ON CONFLICT DO NOTHING
        """, [subject, datasets, now], cancellation);

    /// <summary>By version of a model, rows that it was trained on and that were erased since.</summary>
    public static async Task<Dictionary<string, long>> ErasedRowsAsync(this TrainingDb db, string model, CancellationToken cancellation) =>
        (await db.Database.SqlQuery<ErasedCount>($"""SELECT version AS "Version", sum(rows)::bigint AS "Rows" FROM erased_rows WHERE model = {model} GROUP BY version""").ToListAsync(cancellation))
            .ToDictionary(each => each.Version, each => each.Rows);

    private sealed record ErasedCount(string Version, long Rows);
}
