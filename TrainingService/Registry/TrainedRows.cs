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
        SELECT u.model, u.version, erased_subject_hash(c.subject), sum(u.rows)
        FROM (
          SELECT v.model, v.version, l.added, l.origin, f.caller, count(*) AS rows
          FROM versions v
          JOIN dataset_snapshots s ON s.id::text = v.lineage ->> 'snapshot' AND s.dataset = {dataset}
          JOIN labels l ON l.dataset = s.dataset AND l.label IS NOT NULL AND l.added <= s.revision AND (l.removed IS NULL OR l.removed > s.revision)
          LEFT JOIN feedback_labels f ON f.dataset = l.dataset AND l.given_id = 'prediction:' || f.prediction
          GROUP BY v.model, v.version, l.added, l.origin, f.caller) u
        CROSS JOIN LATERAL (
          SELECT owner AS subject FROM datasets WHERE number = {dataset}
          UNION SELECT caller FROM dataset_revisions WHERE dataset = {dataset} AND revision IN (u.added, u.origin)
          UNION SELECT u.caller) c
        WHERE c.subject <> {Nobody} AND c.subject IS DISTINCT FROM {erased}
        GROUP BY u.model, u.version, c.subject
        ON CONFLICT DO NOTHING
        """, cancellation);
}
