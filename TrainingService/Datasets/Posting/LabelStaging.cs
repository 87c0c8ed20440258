using Npgsql;
using NpgsqlTypes;

namespace TrainingService.Datasets.Posting;

/// <summary>
/// Rows on their way into the database: by binary COPY into a table of the transaction's own, then all at once to the others. Whoever
/// uses it has the data set locked.
/// </summary>
internal sealed class LabelStaging(NpgsqlConnection connection, Dataset dataset, TimeSpan timeout)
{
    private const string Columns = "row, line, id, content, label, trusted, given_id, features, image";

    public Task CreateAsync(CancellationToken cancellation) => ExecuteAsync("""
        CREATE TEMPORARY TABLE staged_labels (
          row int, line int, id uuid, content uuid, label text, trusted boolean, given_id text, features bytea, image bytea) ON COMMIT DROP
        """, cancellation);

    public Task<NpgsqlBinaryImporter> BeginAsync(CancellationToken cancellation) =>
        connection.BeginBinaryImportAsync($"COPY staged_labels ({Columns}) FROM STDIN (FORMAT BINARY)", cancellation);

    public static async Task WriteAsync(NpgsqlBinaryImporter import, StagedLabel row, CancellationToken cancellation)
    {
        await import.StartRowAsync(cancellation);
        await import.WriteAsync(row.Row, NpgsqlDbType.Integer, cancellation);
        await WriteAsync(import, row.Line, NpgsqlDbType.Integer, cancellation);
        await import.WriteAsync(row.Id, NpgsqlDbType.Uuid, cancellation);
        await import.WriteAsync(row.Content, NpgsqlDbType.Uuid, cancellation);
        await WriteAsync(import, row.Label, NpgsqlDbType.Text, cancellation);
        await import.WriteAsync(row.Trusted, NpgsqlDbType.Boolean, cancellation);
        await WriteAsync(import, row.GivenId, NpgsqlDbType.Text, cancellation);
        await (row.Features is { } features ? import.WriteAsync(features, NpgsqlDbType.Bytea, cancellation) : import.WriteNullAsync(cancellation));
        await WriteAsync(import, row.Image, NpgsqlDbType.Bytea, cancellation);
    }

    /// <summary>Rows whose id another row has, with other content: of this post or of the data set.</summary>
    public async Task FindTakenIdsAsync(BadRows bad, CancellationToken cancellation)
    {
        await using var command = Command("""
            SELECT s.row, s.line, s.given_id, o.row FROM staged_labels s JOIN staged_labels o ON o.given_id = s.given_id AND o.row < s.row
            WHERE (o.content, o.label) IS DISTINCT FROM (s.content, s.label)
            UNION ALL
            SELECT s.row, s.line, s.given_id, NULL FROM staged_labels s JOIN labels l ON l.dataset = $1 AND l.given_id = s.given_id AND l.removed IS NULL
            WHERE (l.content, l.label) IS DISTINCT FROM (s.content, s.label)
            ORDER BY 1 LIMIT 10000
            """, dataset.Number);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var where = rows.IsDBNull(3) ? "the data set" : $"row {rows.GetInt32(3)}";
            bad.Add(rows.GetInt32(0), rows.IsDBNull(1) ? null : rows.GetInt32(1), "id", $"The id '{RowEncoder.Shown(rows.GetString(2))}' is that of another row in {where}.");
        }
    }

    /// <summary>Takes items out that the data set has already, labelled or not: nobody needs to label them again.</summary>
    public Task RemoveKnownAsync(CancellationToken cancellation) => ExecuteAsync("""
        DELETE FROM staged_labels s USING labels l WHERE l.dataset = $1 AND l.removed IS NULL AND (l.content = s.content OR l.given_id = s.given_id)
        """, cancellation, dataset.Number);

    /// <summary>Moves what is new to the data set. Returns how many that were: the others are there already.</summary>
    public async Task<long> InsertAsync(int revision, CancellationToken cancellation) => await ExecuteAsync("""
        INSERT INTO labels (dataset, id, added, content, label, trusted, given_id, features, image)
        SELECT $1, id, $2, content, label, trusted, given_id, features, image FROM staged_labels ORDER BY row
        ON CONFLICT DO NOTHING
        """, cancellation, dataset.Number, revision);

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private NpgsqlCommand Command(string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)timeout.TotalSeconds };
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter import, T? value, NpgsqlDbType type, CancellationToken cancellation) where T : class =>
        value is null ? import.WriteNullAsync(cancellation) : import.WriteAsync(value, type, cancellation);

    private static Task WriteAsync(NpgsqlBinaryImporter import, int? value, NpgsqlDbType type, CancellationToken cancellation) =>
        value is null ? import.WriteNullAsync(cancellation) : import.WriteAsync(value.Value, type, cancellation);
}

/// <param name="Row">From 1, in its post.</param>
/// <param name="Label">Null: waits to be labelled.</param>
internal readonly record struct StagedLabel(
    int Row, int? Line, Guid Id, Guid Content, string? Label, bool Trusted, string? GivenId, ReadOnlyMemory<byte>? Features, byte[]? Image);
