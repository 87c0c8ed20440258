using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace TrainingService.Registry;

/// <summary>
/// Versions that were trained on rows of a person who is erased. What they learned can't be taken out of them: they are counted in the receipt and
/// marked, so that whoever serves them can train anew. Comes before the rows themselves go.
/// </summary>
internal sealed class ModelsTrainedOnErasedRows(TrainingDb db, TimeProvider time) : IPersonalData
{
    public string Name => "models-trained-on-erased-rows";

    /// <summary>Returns how many versions that are. The rows are still there when it is asked again, and count once.</summary>
    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => await db.Database.ExecuteSqlAsync($"""
        WITH gone AS (DELETE FROM trained_rows WHERE subject = erased_subject_hash({subject}) RETURNING *)
        INSERT INTO erased_rows (model, version, subject, rows, at)
        SELECT v.model, v.version, erased_subject_hash({subject}), count(*), {time.GetUtcNow()}
        FROM versions v
        JOIN dataset_snapshots s ON s.id::text = v.lineage ->> 'snapshot'
        JOIN datasets d ON d.number = s.dataset
        JOIN labels l ON l.dataset = s.dataset AND l.label IS NOT NULL AND l.added <= s.revision AND (l.removed IS NULL OR l.removed > s.revision)
        WHERE d.owner = {subject} OR l.added IN (SELECT revision FROM dataset_revisions r WHERE r.dataset = s.dataset AND r.caller = {subject})
          OR l.origin IN (SELECT revision FROM dataset_revisions r WHERE r.dataset = s.dataset AND r.caller = {subject})
          OR l.given_id IN (SELECT 'prediction:' || f.prediction FROM feedback_labels f WHERE f.dataset = s.dataset AND f.caller = {subject})
        GROUP BY v.model, v.version
        UNION ALL
        SELECT model, version, subject, rows, {time.GetUtcNow()} FROM gone
        ON CONFLICT DO NOTHING
        """, cancellation);

    /// <summary>Models say nothing of a person that their rows do not.</summary>
    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
}

internal static class ErasedRowCounts
{
    /// <summary>By version of a model, rows that it was trained on and that were erased since.</summary>
    public static async Task<Dictionary<string, long>> ErasedRowsAsync(this TrainingDb db, string model, CancellationToken cancellation) =>
        (await db.Database.SqlQuery<ErasedCount>($"""SELECT version AS "Version", sum(rows)::bigint AS "Rows" FROM erased_rows WHERE model = {model} GROUP BY version""").ToListAsync(cancellation))
            .ToDictionary(each => each.Version, each => each.Rows);

    private sealed record ErasedCount(string Version, long Rows);
}
