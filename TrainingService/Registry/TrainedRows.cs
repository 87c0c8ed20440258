using Microsoft.EntityFrameworkCore;

namespace TrainingService.Registry;

/// <summary>Whose rows versions were trained on, once their data set is gone.</summary>
internal static class TrainedRows
{
    private const string Nobody = "erased"; // as an erasure leaves it in the data sets of others

    /// <summary>Keeps that of a data set which is about to be deleted, by keyed hash. Comes before its rows and snapshots go, in their transaction.</summary>
    /// <param name="erased">Who is being erased, whose rows are counted already; null: nobody is.</param>
    public static Task KeepTrainedRowsAsync(this TrainingDb db, int dataset, string? erased, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO trained_rows (model, version, subject, rows)
        SELECT v.model, v.version, erased_subject_hash(c.subject), sum(u.rows)
        FROM (
          SELECT l.added, l.removed, l.origin, f.caller, count(*) AS rows
          FROM labels l
          LEFT JOIN feedback_labels f ON f.dataset = {dataset} AND 'prediction:' || f.prediction = coalesce(l.given_id, l.id::text) -- most have none, and joined by nulls all of them would lie in one bucket
          WHERE l.dataset = {dataset} AND l.label IS NOT NULL
          GROUP BY l.added, l.removed, l.origin, f.caller) u
        CROSS JOIN LATERAL (
          SELECT owner AS subject FROM datasets WHERE number = {dataset}
          UNION SELECT caller FROM dataset_revisions WHERE dataset = {dataset} AND revision IN (u.added, u.origin)
          UNION SELECT u.caller) c
        JOIN dataset_snapshots s ON s.dataset = {dataset} AND u.added <= s.revision AND (u.removed IS NULL OR u.removed > s.revision)
        JOIN versions v ON v.lineage ->> 'snapshot' = s.id::text
        WHERE c.subject <> {Nobody} AND c.subject IS DISTINCT FROM {erased}
        GROUP BY v.model, v.version, c.subject
        ON CONFLICT DO NOTHING
        """, cancellation);
}
