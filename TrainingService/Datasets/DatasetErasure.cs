using Microsoft.EntityFrameworkCore;

namespace TrainingService.Datasets;

/// <summary>
/// What data sets have of a person: their own data sets, and in others the rows that they added. Unlike a removal, an erasure takes rows
/// from snapshots too, which then count them as erased.
/// </summary>
internal sealed class DatasetErasure(TrainingDb db)
{
    private const string Nobody = "erased";

    /// <summary>In a transaction of the caller's. Returns how many rows and data sets were erased; erasing again finds none.</summary>
    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"""
            SELECT FROM datasets WHERE owner = {subject} OR number IN (SELECT dataset FROM dataset_revisions WHERE caller = {subject}) ORDER BY number FOR UPDATE
            """, cancellation); // as every change of a data set
        var rows = await db.Database.SqlQuery<long>($"""
            WITH gone AS (
              DELETE FROM labels l USING datasets d
              WHERE d.number = l.dataset AND (d.owner = {subject} OR (l.dataset, l.added) IN (SELECT dataset, revision FROM dataset_revisions WHERE caller = {subject}))
              RETURNING l.dataset, l.removed, l.label, l.image, d.owner),
            images AS (
              INSERT INTO dataset_image_checks SELECT DISTINCT owner, image, now() FROM gone WHERE image IS NOT NULL ON CONFLICT DO NOTHING),
            counted AS (
              UPDATE datasets d SET revision = d.revision + 1, labelled = d.labelled - g.labelled, unlabelled = d.unlabelled - g.unlabelled
              FROM (SELECT dataset, count(label) FILTER (WHERE removed IS NULL) labelled, count(*) FILTER (WHERE removed IS NULL AND label IS NULL) unlabelled FROM gone GROUP BY dataset) g
              WHERE d.number = g.dataset RETURNING d.number, d.revision, g.labelled AS removed, d.labelled),
            revisions AS (
              INSERT INTO dataset_revisions SELECT number, revision, 'removal', {Nobody}, now(), 0, removed, 0, labelled FROM counted)
            SELECT count(*) AS "Value" FROM gone
            """).ToListAsync(cancellation);
        var datasets = await db.Datasets.Where(d => d.Owner == subject).ExecuteDeleteAsync(cancellation);
        await db.DatasetRevisions.Where(r => r.Caller == subject).ExecuteUpdateAsync(r => r.SetProperty(row => row.Caller, Nobody), cancellation);
        await db.Snapshots.Where(s => s.Caller == subject).ExecuteUpdateAsync(s => s.SetProperty(row => row.Caller, Nobody), cancellation);
        return rows[0] + datasets;
    }
}
