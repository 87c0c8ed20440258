using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace AuthService.Erasure;

/// <summary>What the gateways report of requests, where that is kept.</summary>
internal sealed class RequestLogOfSubject(AuthDb db) : IPersonalData
{
    private const int Page = 10_000;

    public string Name => "requests";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => !await IsKeptAsync(cancellation) ? 0 : await db.Database.ExecuteSqlAsync(
        $"DELETE FROM request_log WHERE ctid = ANY (ARRAY(SELECT ctid FROM request_log WHERE principal = {subject} LIMIT {Page}))", cancellation);

    public async Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        if (!await IsKeptAsync(cancellation))
            return;
        var rows = db.Database.SqlQuery<string>($"""SELECT to_jsonb(r)::text AS "Value" FROM request_log r WHERE principal = {subject}""").AsAsyncEnumerable();
        await export.AddRowsAsync("requests.ndjson", "Your requests as the gateway logged them.", rows.Select(row => System.Text.Json.JsonElement.Parse(row)), cancellation);
    }

    private Task<bool> IsKeptAsync(CancellationToken cancellation) => db.HasColumnAsync("request_log", "principal", cancellation);
}

internal static class TableLookup
{
    public static Task<bool> HasColumnAsync(this AuthDb db, string table, string column, CancellationToken cancellation) => db.Database.SqlQuery<bool>(
        $"""SELECT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = current_schema AND table_name = {table} AND column_name = {column}) AS "Value" """)
        .SingleAsync(cancellation);
}
