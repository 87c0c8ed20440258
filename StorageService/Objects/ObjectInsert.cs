using Npgsql;
using NpgsqlTypes;

namespace StorageService.Objects;

/// <summary>Rows of new objects. Those that are there already live at least as long as the new ones would, with the new bytes.</summary>
internal static class ObjectInsert
{
    // xmax is 0 only in a row that this statement made.
    private const string Insert =
        """
        INSERT INTO objects AS o (owner, sha256, kind, content_type, bytes, created_at, written_at, expires_at, key_id)
        SELECT n.owner, n.sha256, n.kind, n.content_type, n.bytes, $6, $6, n.expires_at, n.key_id
        FROM unnest($1, $2, $3, $4, $5, $7, $8) AS n(owner, sha256, kind, content_type, bytes, expires_at, key_id)
        ON CONFLICT (owner, sha256) DO UPDATE SET key_id = excluded.key_id, written_at = excluded.written_at, damaged_at = NULL, expires_at =
          CASE WHEN o.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL ELSE greatest(o.expires_at, excluded.expires_at) END
        RETURNING owner, sha256, xmax = 0
        """;

    /// <summary>Tells each addition whether its row is new.</summary>
    public static async Task ExecuteAsync(NpgsqlConnection connection, Addition[] additions, DateTimeOffset now)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            Column(additions, a => a.Key.Owner, NpgsqlDbType.Text),
            Column(additions, a => a.Key.Sha256, NpgsqlDbType.Text),
            Column(additions, a => a.Description.Policy.Kind, NpgsqlDbType.Text),
            Column(additions, a => a.Description.ContentType, NpgsqlDbType.Text),
            Column(additions, a => a.Description.Bytes, NpgsqlDbType.Bigint),
            new NpgsqlParameter { Value = now, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            Column(additions, a => a.Description.Policy.ExpiryOf(now), NpgsqlDbType.TimestampTz),
            Column(additions, a => a.Description.EncryptedBy?.Id, NpgsqlDbType.Uuid),
        ]);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (owner, sha256) = (reader.GetString(0), reader.GetString(1));
            Array.Find(additions, addition => addition.Key.Owner == owner && addition.Key.Sha256 == sha256)!.Created = reader.GetBoolean(2);
        }
    }

    private static NpgsqlParameter Column<TValue>(Addition[] rows, Func<Addition, TValue> value, NpgsqlDbType type) =>
        new() { Value = Array.ConvertAll(rows, row => value(row)), NpgsqlDbType = NpgsqlDbType.Array | type };
}
