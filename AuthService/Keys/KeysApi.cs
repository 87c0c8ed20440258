using System.Security.Claims;
using AuthService.Accounts;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.History;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace AuthService.Keys;

public static class KeysApi
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/auth/keys").WithTags("API keys").RequireSignIn();
        group.MapPost("/", CreateAsync).WithIdempotency<AuthDb>().WithSummary("Create a key; it is shown once")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/", ListAsync).WithSummary("My keys, newest first");
        group.MapDelete("/{id:guid}", RevokeAsync).WithSummary("Revoke a key, everywhere within a second");
        group.MapGet("/{id:guid}/usage", KeyUsageQuery.ReadAsync).WithSummary("What a key was used for, day by day");
    }

    private static async Task<Created<ApiKeyCreated>> CreateAsync(
        NewApiKey request, ClaimsPrincipal caller, AuthDb db, Standings standings, IOptions<KeyOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        request.Validate(now);
        // Keys are made one after the other, so that the count is right. It comes before the user's row is locked, as in every change of a user.
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var owner = await standings.FindAsync(caller.UserId(), cancellation) ?? throw ProblemException.NotFound("user");
        var own = owner.Scopes.Where(caller.HasScope).ToArray(); // as it is now, and no more than the token has
        if (request.Scopes?.FirstOrDefault(scope => !own.Contains(scope)) is { } missing)
            throw new ProblemException(StatusCodes.Status403Forbidden, "missing-scope", $"A key can't have the scope '{missing}': you don't have it.") { Field = "scopes" };
        if (request.RequestsPerMinute > options.Value.MaxRequestsPerMinute && owner.Role != Roles.Admin)
            throw new ProblemException(StatusCodes.Status403Forbidden, "limit-too-high", $"Only administrators make keys with more than {options.Value.MaxRequestsPerMinute} requests a minute (Auth:Keys:MaxRequestsPerMinute).") { Field = "requestsPerMinute" };

        var max = options.Value.MaxPerUser;
        if (await db.ApiKeys.Where(ApiKey.IsActive(now)).CountAsync(key => key.UserId == owner.UserId, cancellation) >= max)
            throw ProblemException.Conflict("too-many-keys", $"You have {max} keys; Auth:Keys:MaxPerUser allows no more. Revoke one first.");
        var secret = ApiKeyFormat.Create();
        var key = new ApiKey
        {
            UserId = owner.UserId,
            Name = request.Name!.Trim(),
            Prefix = ApiKeyFormat.PrefixOf(secret),
            Hash = Secret.HashOf(secret),
            Scopes = request.Scopes is null ? own : [.. request.Scopes.Distinct()],
            Models = request.Models?.Distinct().ToArray(),
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt?.ToUniversalTime(),
            RequestsPerMinute = request.RequestsPerMinute,
            DailyRequests = request.DailyQuota?.Requests,
            DailyItems = request.DailyQuota?.Items,
        };
        db.Add(key);
        change.Append(owner.UserId.ToString(), "key.created", owner.UserId.ToString(), new { key = key.Id, key.Scopes, key.Models, key.ExpiresAt }, now);
        await change.CommitAsync(cancellation);
        return TypedResults.Created($"/v1/auth/keys/{key.Id}", ApiKeyCreated.Of(key, secret));
    }

    private static async Task<Ok<ApiKeyPage>> ListAsync([AsParameters] PageQuery page, ClaimsPrincipal caller, AuthDb db, CancellationToken cancellation)
    {
        var (owner, after) = (caller.UserId(), page.After<Guid>());
        var keys = await db.ApiKeys.AsNoTracking()
            .Where(key => key.UserId == owner && key.RevokedAt == null && (after == null || key.Id.CompareTo(after.Value) < 0))
            .OrderByDescending(key => key.Id)
            .Take(page.Size + 1)
            .ToListAsync(cancellation);
        var (rows, next) = page.Cut(keys, key => key.Id);
        return TypedResults.Ok(new ApiKeyPage(rows.ConvertAll(ApiKeyView.Of), next));
    }

    private static async Task<Results<NoContent, NotFound>> RevokeAsync(
        Guid id, ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        var owner = caller.UserId();
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        if (await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id && key.UserId == owner && key.RevokedAt == null, cancellation) is not { } key)
            return TypedResults.NotFound();
        var now = time.GetUtcNow();
        key.RevokedAt = now;
        db.Announce(new ApiKeyRevoked(key.Id, owner.ToString(), now), subject: key.Id.ToString(), now);
        change.Append(owner.ToString(), "key.revoked", owner.ToString(), new { key = key.Id }, now);
        await change.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }
}
