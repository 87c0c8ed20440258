using Npgsql;

namespace StorageService.Integrity;

/// <summary>How far the scrub has come; its row outlives the process.</summary>
/// <param name="Owner">With the hash: the last object that was read.</param>
/// <param name="EndedAt">Null while the pass is under way.</param>
internal sealed record ScrubProgress(string Owner, string Sha256, DateTimeOffset BeganAt, DateTimeOffset? EndedAt)
{
    public static ScrubProgress Begin(DateTimeOffset now) => new("", "", now, null);

    public static async Task<ScrubProgress?> ReadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var query = source.CreateCommand("SELECT owner, sha256, began_at, ended_at FROM scrub");
        await using var row = await query.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new ScrubProgress(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3))
            : null;
    }

    public async Task WriteAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var write = source.CreateCommand(
            """
            INSERT INTO scrub (owner, sha256, began_at, ended_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (only_one) DO UPDATE SET owner = excluded.owner, sha256 = excluded.sha256, began_at = excluded.began_at, ended_at = excluded.ended_at
            """);
        foreach (var value in new object[] { Owner, Sha256, BeganAt, EndedAt ?? (object)DBNull.Value })
            write.Parameters.Add(new() { Value = value });
        await write.ExecuteNonQueryAsync(cancellation);
    }
}
