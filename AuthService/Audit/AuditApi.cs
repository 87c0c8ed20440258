using AuthService.Admin;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.History;

namespace AuthService.Audit;

/// <summary>Who changed what: every act of an administrator, and what changes roles, keys, consent or signing keys.</summary>
public static class AuditApi
{
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var audit = app.MapGroup("/v1/admin/audit").RequireAdministrator().WithTags("Admin");
        audit.MapGet("/", ListAsync).WithSummary("The audit trail, newest first; ?subject= and ?action= choose").ProducesProblem(StatusCodes.Status400BadRequest);
        audit.MapGet("/verify", VerifyAsync).WithSummary("Check every entry's link to the one before");
    }

    private static async Task<Ok<AuditPage>> ListAsync(
        [FromQuery] string? subject, [FromQuery] string? action, [AsParameters] PageQuery page, AuthDb db, CancellationToken cancellation)
    {
        var after = page.After<long>();
        var entries = await db.History.AsNoTracking()
            .Where(entry => (subject == null || entry.Subject == subject) && (action == null || entry.Action == action) && (after == null || entry.Seq < after))
            .OrderByDescending(entry => entry.Seq)
            .Take(page.Size + 1)
            .ToListAsync(cancellation);
        var (rows, next) = page.Cut(entries, entry => entry.Seq);
        return TypedResults.Ok(new AuditPage(rows, next));
    }

    private static async Task<Ok<AuditVerification>> VerifyAsync(AuthDb db, CancellationToken cancellation)
    {
        var found = await db.VerifyHistoryAsync(cancellation);
        return TypedResults.Ok(new AuditVerification(found.Holds, found.Entries, found.Head, found.BrokenAt, found.Reason));
    }

    /// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
    public sealed record AuditPage(IReadOnlyList<HistoryEntry> Items, string? Next);

    /// <param name="Entries">How many hold, counted from the first.</param>
    /// <param name="Head">The last one's hash: keep it elsewhere, and a trail that was cut off shows.</param>
    public sealed record AuditVerification(bool Holds, long Entries, string Head, long? BrokenAt, string? Reason);
}
