using InferenceService.Images;
using Npgsql;
using NpgsqlTypes;
using ServiceDefaults.Outbox;

namespace InferenceService.Predictions;

/// <summary>The SQL of <see cref="PredictionLog"/>: many rows, one round trip, one transaction.</summary>
internal static class PredictionWriter
{
    private const string InsertPredictions =
        """
        INSERT INTO predictions (id, request_id, item, owner, model, version, task, label, confidence, score, scores, input, timings, total_ms, created_at, client_address)
        SELECT id, request_id, item, owner, model, version, task, label, confidence, score, scores::jsonb, input::jsonb, timings::jsonb, total_ms, created_at, client_address
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
          AS row (id, request_id, item, owner, model, version, task, label, confidence, score, scores, input, timings, total_ms, created_at, client_address)
        """;

    private const string InsertFacts =
        """
        INSERT INTO outbox (id, type, subject, body, trace_parent, time)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        """;

    private const string InsertImages =
        """
        INSERT INTO pending_images (owner, sha256, content_type, bytes, created_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """;

    public static async Task WriteAsync(NpgsqlDataSource source, IReadOnlyList<LogEntry> entries)
    {
        // A batch without explicit transaction is one: all or nothing, one sync.
        await using var batch = source.CreateBatch();
        Add(batch, entries);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync();
    }

    /// <summary>For a commit that takes more along than predictions.</summary>
    public static void Add(NpgsqlBatch batch, params IReadOnlyList<LogEntry> entries)
    {
        Add(batch, [.. entries.SelectMany(entry => entry.Predictions)]);
        Add(batch, [.. entries.SelectMany(entry => entry.Facts)]);
        Add(batch, [.. entries.SelectMany(entry => entry.Images)]);
    }

    private static void Add(NpgsqlBatch batch, PredictionRecord[] rows)
    {
        if (rows.Length == 0)
            return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertPredictions)
        {
            Parameters =
            {
                Column(rows, row => row.Id, NpgsqlDbType.Uuid),
                Column(rows, row => row.RequestId, NpgsqlDbType.Uuid),
                Column(rows, row => row.Item, NpgsqlDbType.Integer),
                Column(rows, row => row.Owner, NpgsqlDbType.Text),
                Column(rows, row => row.Model, NpgsqlDbType.Text),
                Column(rows, row => row.Version, NpgsqlDbType.Text),
                Column(rows, row => row.Task, NpgsqlDbType.Text),
                Column(rows, row => row.Label, NpgsqlDbType.Text),
                Column(rows, row => row.Confidence, NpgsqlDbType.Double),
                Column(rows, row => row.Score, NpgsqlDbType.Double),
                Column(rows, row => row.Scores, NpgsqlDbType.Text),
                Column(rows, row => row.Input, NpgsqlDbType.Text),
                Column(rows, row => row.Timings, NpgsqlDbType.Text),
                Column(rows, row => row.TotalMs, NpgsqlDbType.Double),
                Column(rows, row => row.CreatedAt, NpgsqlDbType.TimestampTz),
                Column(rows, row => row.ClientAddress, NpgsqlDbType.Text),
            },
        });
    }

    private static void Add(NpgsqlBatch batch, OutboxMessage[] rows)
    {
        if (rows.Length == 0)
            return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertFacts)
        {
            Parameters =
            {
                Column(rows, row => row.Id, NpgsqlDbType.Uuid),
                Column(rows, row => row.Type, NpgsqlDbType.Text),
                Column(rows, row => row.Subject, NpgsqlDbType.Text),
                Column(rows, row => row.Body, NpgsqlDbType.Text),
                Column(rows, row => row.TraceParent, NpgsqlDbType.Text),
                Column(rows, row => row.Time, NpgsqlDbType.TimestampTz),
            },
        });
    }

    private static void Add(NpgsqlBatch batch, PendingImage[] rows)
    {
        if (rows.Length == 0)
            return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertImages)
        {
            Parameters =
            {
                Column(rows, row => row.Owner, NpgsqlDbType.Text),
                Column(rows, row => row.Sha256, NpgsqlDbType.Text),
                Column(rows, row => row.ContentType, NpgsqlDbType.Text),
                Column(rows, row => row.Bytes, NpgsqlDbType.Bytea),
                Column(rows, row => row.CreatedAt, NpgsqlDbType.TimestampTz),
            },
        });
    }

    private static NpgsqlParameter Column<TRow, TValue>(TRow[] rows, Func<TRow, TValue> value, NpgsqlDbType type) =>
        new() { Value = Array.ConvertAll(rows, row => value(row)), NpgsqlDbType = NpgsqlDbType.Array | type };
}
