using Npgsql;

namespace TrainingService.Datasets.Labels;

/// <summary>Takes rows out of a data set. What a snapshot has stays for it, out of sight; the rest is deleted, its images with it.</summary>
internal static class LabelRemoval
{
    /// <summary>Removes what <paramref name="condition"/> (of <c>labels l</c>, with <c>$4</c> on) chooses. Returns labels and unlabelled items removed.</summary>
    public static async Task<(long Labels, long Unlabelled)> RemoveAsync(
        this DatasetChange change, string condition, IReadOnlyList<object> parameters, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"""
            WITH chosen AS MATERIALIZED (SELECT l.id, l.added FROM labels l WHERE l.dataset = $1 AND l.removed IS NULL AND ({condition})),
            kept AS (
              UPDATE labels l SET removed = $2 FROM chosen c
              WHERE l.dataset = $1 AND l.id = c.id AND l.added = c.added AND c.added <= $3 RETURNING l.label),
            deleted AS (
              DELETE FROM labels l USING chosen c
              WHERE l.dataset = $1 AND l.id = c.id AND l.added = c.added AND c.added > $3 RETURNING l.label, l.image),
            images AS (
              INSERT INTO dataset_image_checks SELECT DISTINCT d.owner, deleted.image, now() FROM deleted, datasets d WHERE d.number = $1 AND deleted.image IS NOT NULL
              ON CONFLICT DO NOTHING)
            SELECT count(label), count(*) - count(label) FROM (SELECT label FROM kept UNION ALL SELECT label FROM deleted) gone
            """, change.Connection)
        { CommandTimeout = (int)timeout.TotalSeconds };
        foreach (var value in (object[])[change.Dataset.Number, change.Revision.Revision, change.Dataset.Snapshotted, .. parameters])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var counts = await command.ExecuteReaderAsync(cancellation);
        await counts.ReadAsync(cancellation);
        return (counts.GetInt64(0), counts.GetInt64(1));
    }

    /// <summary>All rows of the data set.</summary>
    public static async Task DeleteRowsAsync(this DatasetChange change, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            WITH deleted AS (DELETE FROM labels WHERE dataset = $1 RETURNING image)
            INSERT INTO dataset_image_checks SELECT DISTINCT $2, image, now() FROM deleted WHERE image IS NOT NULL ON CONFLICT DO NOTHING
            """, change.Connection) { CommandTimeout = (int)timeout.TotalSeconds, Parameters = { new() { Value = change.Dataset.Number }, new() { Value = change.Dataset.Owner } } };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
