using Npgsql;
using NpgsqlTypes;

namespace AuthService.Requests;

/// <summary>A batch of records in one statement, and so in one transaction: the rows, and what they add to the use of their keys.</summary>
public sealed class RequestWriter(NpgsqlDataSource source)
{
    private const string Insert =
        """
        WITH added AS (
          INSERT INTO request_log (id, time, request_id, method, path, route, status, milliseconds, bytes_in, bytes_out, items, principal, key_id, key_prefix, address, user_agent)
          SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
          ON CONFLICT DO NOTHING
          RETURNING key_id, time, items, status)
        INSERT INTO key_usage AS usage (key_id, day, requests, items, refused)
        SELECT key_id, (time AT TIME ZONE 'UTC')::date, count(*), sum(items), count(*) FILTER (WHERE status = 429)
        FROM added WHERE key_id IS NOT NULL
        GROUP BY 1, 2 ORDER BY 1, 2 -- in one order, so that two gateways' batches don't lock each other out
        ON CONFLICT (key_id, day) DO UPDATE SET
          requests = usage.requests + excluded.requests, items = usage.items + excluded.items, refused = usage.refused + excluded.refused
        """;

    public async Task WriteAsync(IReadOnlyList<LoggedRequest> requests, CancellationToken cancellation)
    {
        if (requests.Count == 0)
            return;
        await using var command = source.CreateCommand(Insert);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            Column(requests, r => r.Id, NpgsqlDbType.Uuid),
            Column(requests, r => r.Time.ToUniversalTime(), NpgsqlDbType.TimestampTz),
            Column(requests, r => r.RequestId, NpgsqlDbType.Text),
            Column(requests, r => r.Method, NpgsqlDbType.Text),
            Column(requests, r => r.Path, NpgsqlDbType.Text),
            Column(requests, r => r.Route, NpgsqlDbType.Text),
            Column(requests, r => r.Status, NpgsqlDbType.Integer),
            Column(requests, r => r.Milliseconds, NpgsqlDbType.Double),
            Column(requests, r => r.BytesIn, NpgsqlDbType.Bigint),
            Column(requests, r => r.BytesOut, NpgsqlDbType.Bigint),
            Column(requests, r => r.Items, NpgsqlDbType.Integer),
            Column(requests, r => r.Principal, NpgsqlDbType.Text),
            Column(requests, r => r.KeyId, NpgsqlDbType.Uuid),
            Column(requests, r => r.KeyPrefix, NpgsqlDbType.Text),
            Column(requests, r => r.Address, NpgsqlDbType.Text),
            Column(requests, r => r.UserAgent, NpgsqlDbType.Text),
        ]);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter Column<TValue>(IReadOnlyList<LoggedRequest> rows, Func<LoggedRequest, TValue> value, NpgsqlDbType type) =>
        new() { Value = rows.Select(value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
