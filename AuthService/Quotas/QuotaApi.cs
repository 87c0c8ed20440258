using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using ServiceDefaults.Quotas;

namespace AuthService.Quotas;

/// <summary>The counters of daily quotas. Gateways and services take blocks of them (<see cref="QuotaLeases"/>). Not routed from outside.</summary>
public static class QuotaApi
{
    public static void MapQuotas(this IEndpointRouteBuilder app)
    {
        var quotas = app.MapGroup("/internal/quotas").RequireScope(Scopes.Service.Quotas).ExcludeFromDescription();
        quotas.MapPost("/leases", LeaseAsync);
        quotas.MapPost("/returns", ReturnAsync);
    }

    private static async Task<Results<Ok<QuotaLeaseGrant>, NotFound>> LeaseAsync(
        QuotaLeaseRequest request, QuotaCounters counters, TimeProvider time, CancellationToken cancellation)
    {
        if (request.AtLeast < 1)
            throw ProblemException.Invalid("atLeast", "'atLeast' is at least 1.");
        if (request.Amount < request.AtLeast)
            throw ProblemException.Invalid("amount", "'amount' is at least 'atLeast'.");
        return await counters.LeaseAsync(request, time.GetUtcNow(), cancellation) is { } grant ? TypedResults.Ok(grant) : TypedResults.NotFound();
    }

    private static async Task<NoContent> ReturnAsync(QuotaReturn unused, QuotaCounters counters, CancellationToken cancellation)
    {
        if (unused.Amount < 1)
            throw ProblemException.Invalid("amount", "'amount' is at least 1.");
        await counters.ReturnAsync(unused, cancellation);
        return TypedResults.NoContent();
    }
}

/// <summary>One row per key, unit and day (UTC), changed by one statement each: its row lock is what keeps racing gateways apart.</summary>
public sealed class QuotaCounters(AuthDb db)
{
    private const int KeptDays = 31;

    /// <summary>Null: there is no such key, or it has no quota of this unit.</summary>
    public async Task<QuotaLeaseGrant?> LeaseAsync(QuotaLeaseRequest request, DateTimeOffset now, CancellationToken cancellation)
    {
        var key = await db.ApiKeys.AsNoTracking().Where(Keys.ApiKey.IsActive(now)).SingleOrDefaultAsync(key => key.Id == request.KeyId, cancellation);
        if ((request.Unit == QuotaUnit.Requests ? key?.DailyRequests : key?.DailyItems) is not { } limit)
            return null;

        var (day, unit) = (DateOnly.FromDateTime(now.UtcDateTime), NameOf(request.Unit));
        var (atLeast, amount) = (request.AtLeast, request.Amount);
        var first = limit >= atLeast ? Math.Min(amount, limit) : 0;
        var row = (await db.Database.SqlQuery<Counter>($"""
            INSERT INTO quota_use AS q (key_id, unit, day, used, last_grant) VALUES ({request.KeyId}, {unit}, {day}, {first}, {first})
            ON CONFLICT (key_id, unit, day) DO UPDATE SET
              used = q.used + CASE WHEN {limit} - q.used >= {atLeast} THEN least({amount}, {limit} - q.used) ELSE 0 END,
              last_grant = CASE WHEN {limit} - q.used >= {atLeast} THEN least({amount}, {limit} - q.used) ELSE 0 END
            RETURNING used AS "Used", last_grant AS "Granted"
            """).ToListAsync(cancellation)).Single();
        if (row.Used == row.Granted) // the first of a day
            await db.Database.ExecuteSqlAsync($"DELETE FROM quota_use WHERE key_id = {request.KeyId} AND day < {day.AddDays(-KeptDays)}", cancellation);
        return new QuotaLeaseGrant(row.Granted, limit - row.Used, new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero));
    }

    public Task ReturnAsync(QuotaReturn unused, CancellationToken cancellation)
    {
        var unit = NameOf(unused.Unit);
        return db.Database.ExecuteSqlAsync(
            $"UPDATE quota_use SET used = greatest(0, used - {unused.Amount}) WHERE key_id = {unused.KeyId} AND unit = {unit} AND day = {unused.Day}", cancellation);
    }

    private static string NameOf(QuotaUnit unit) => unit == QuotaUnit.Requests ? "requests" : "items";

    private sealed record Counter(long Used, long Granted);
}
