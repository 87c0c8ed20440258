using System.Security.Claims;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace AuthService.Keys;

public static class KeysApi
{
    public static void MapKeys(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/auth/keys").WithTags("API keys").AddEndpointFilter(RefuseKeysAsync);
        group.MapPost("/", CreateAsync).WithIdempotency<AuthDb>().WithSummary("Create a key; it is shown once");
        group.MapGet("/", ListAsync).WithSummary("My keys");
        group.MapDelete("/{id:guid}", RevokeAsync).WithSummary("Revoke a key, everywhere within a second");
    }

    /// <summary>A key that got into wrong hands must not be able to make itself another one.</summary>
    private static ValueTask<object?> RefuseKeysAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        invocation.HttpContext.User.ApiKeyId() is null
            ? next(invocation)
            : throw new ProblemException(StatusCodes.Status403Forbidden, "sign-in-needed", "Keys are managed by a signed-in user, not by a key.");

    private static async Task<Created<ApiKeyCreated>> CreateAsync(
        NewApiKey request, ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        request.Validate(now);
        var own = Scopes.ForKeys.Where(caller.HasScope).ToArray();
        if (request.Scopes?.FirstOrDefault(scope => !own.Contains(scope)) is { } missing)
            throw new ProblemException(StatusCodes.Status403Forbidden, "missing-scope", $"A key can't have the scope '{missing}': you don't have it.") { Field = "scopes" };

        var secret = ApiKeyFormat.Create();
        var key = new ApiKey
        {
            UserId = caller.UserId(),
            Name = request.Name!.Trim(),
            Prefix = ApiKeyFormat.PrefixOf(secret),
            Hash = Secret.HashOf(secret),
            Scopes = request.Scopes is null ? own : [.. request.Scopes.Distinct()],
            CreatedAt = now,
            ExpiresAt = request.ExpiresAt?.ToUniversalTime(),
            RequestsPerMinute = request.RequestsPerMinute,
            DailyQuota = request.DailyQuota,
        };
        db.Add(key);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v1/auth/keys/{key.Id}", new ApiKeyCreated(
            key.Id, key.Name, key.Prefix, secret, key.Scopes, key.CreatedAt, key.ExpiresAt, key.RequestsPerMinute, key.DailyQuota));
    }

    private static async Task<Ok<List<ApiKeyView>>> ListAsync(ClaimsPrincipal caller, AuthDb db, CancellationToken cancellation)
    {
        var owner = caller.UserId();
        var keys = await db.ApiKeys.AsNoTracking()
            .Where(key => key.UserId == owner && key.RevokedAt == null)
            .OrderByDescending(key => key.Id)
            .ToListAsync(cancellation);
        return TypedResults.Ok(keys.ConvertAll(ApiKeyView.Of));
    }

    private static async Task<Results<NoContent, NotFound>> RevokeAsync(
        Guid id, ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        var owner = caller.UserId();
        if (await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id && key.UserId == owner && key.RevokedAt == null, cancellation) is not { } key)
            return TypedResults.NotFound();
        key.RevokedAt = time.GetUtcNow();
        db.Announce(new ApiKeyRevoked(key.Id, owner.ToString(), key.RevokedAt.Value), subject: key.Id.ToString(), key.RevokedAt.Value);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }
}
