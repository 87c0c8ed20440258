using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace AuthService.Erasure;

/// <summary>What the gateways report of requests.</summary>
internal sealed class RequestLogOfSubject(AuthDb db) : IPersonalData
{
    private const int Page = 10_000;

    public string Name => "requests";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => await db.Database.ExecuteSqlAsync(
        $"DELETE FROM request_log WHERE ctid = ANY (ARRAY(SELECT ctid FROM request_log WHERE principal = {subject} LIMIT {Page}))", cancellation);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation)
    {
        var rows = db.Database.SqlQuery<string>($"""SELECT to_jsonb(r)::text AS "Value" FROM request_log r WHERE principal = {subject}""").AsAsyncEnumerable();
        return export.AddRowsAsync("requests.ndjson", "Your requests as the gateway logged them.", rows.Select(row => JsonElement.Parse(row)), cancellation);
    }
}
