using System.Security.Claims;
using AuthService.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;

namespace AuthService.Keys;

/// <summary><c>GET /v1/auth/keys/{id}/usage</c>: of revoked keys too.</summary>
internal static class KeyUsageQuery
{
    private const int DefaultDays = 30;
    private const int MaxDays = 366;

    /// <param name="from">A day (UTC), 30 days before <paramref name="to"/> when absent.</param>
    /// <param name="to">The last day, today when absent.</param>
    public static async Task<Results<Ok<UsageOfKey>, NotFound>> ReadAsync(
        Guid id, DateOnly? from, DateOnly? to, ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        var last = to ?? DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var first = from ?? (last.DayNumber < DefaultDays ? DateOnly.MinValue : last.AddDays(1 - DefaultDays));
        if (first > last)
            throw ProblemException.Invalid("from", "'from' is not after 'to'.");
        if (last.DayNumber - first.DayNumber >= MaxDays)
            throw ProblemException.Invalid("from", $"At most {MaxDays} days are read at once.");

        var owner = caller.UserId();
        if (!await db.ApiKeys.AnyAsync(key => key.Id == id && key.UserId == owner, cancellation))
            return TypedResults.NotFound();
        var days = await db.KeyUsage.AsNoTracking()
            .Where(usage => usage.KeyId == id && usage.Day >= first && usage.Day <= last)
            .OrderBy(usage => usage.Day)
            .Select(usage => new UsageOfDay(usage.Day, usage.Requests, usage.Items, usage.Refused))
            .ToListAsync(cancellation);
        return TypedResults.Ok(new UsageOfKey(
            id, first, last, days.Sum(day => day.Requests), days.Sum(day => day.Items), days.Sum(day => day.Refused), days));
    }
}

/// <param name="Days">Those on which the key was used, oldest first.</param>
public sealed record UsageOfKey(Guid KeyId, DateOnly From, DateOnly To, long Requests, long Items, long Refused, IReadOnlyList<UsageOfDay> Days);

/// <param name="Items">Predicted items.</param>
/// <param name="Refused">Requests that were turned away.</param>
public sealed record UsageOfDay(DateOnly Day, long Requests, long Items, long Refused);
