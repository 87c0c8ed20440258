using System.Security.Claims;
using AuthService.Tokens;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;

namespace AuthService.Accounts;

/// <summary>Signing out. A gateway does not tell access tokens apart by session, so all of the user's end; other sessions renew theirs.</summary>
public static class SessionsApi
{
    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/v1/auth").WithTags("Tokens").RequireSignIn();
        auth.MapDelete("/sessions", EndAllAsync).WithSummary("Sign out everywhere");
        // The form carries no cookie that a foreign page could ride on.
        auth.MapPost("/revoke", RevokeAsync).DisableAntiforgery().WithSummary("Sign out: end the session of a refresh token (RFC 7009)");
    }

    private static async Task<Results<NoContent, NotFound>> EndAllAsync(ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        await using var change = await AccountChange.BeginAsync(db, caller.UserId(), caller.CallerId(), time, cancellation);
        if (change.User is null)
            return TypedResults.NotFound();
        await change.EndSessionsAsync(cancellation);
        change.Announce(UserChanges.SignedOut);
        await change.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>200 also for a token that is unknown or somebody else's: then there is nothing to end.</summary>
    private static async Task<Ok> RevokeAsync([FromForm(Name = "token")] string? token, ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        var (owner, hash) = (caller.UserId(), Secret.HashOf(TokenRequest.Required("token", token)));
        await using var change = await AccountChange.BeginAsync(db, owner, caller.CallerId(), time, cancellation);
        var ended = await db.RefreshTokens
            .Where(of => of.UserId == owner && db.RefreshTokens.Any(one => one.Hash == hash && one.Family == of.Family))
            .ExecuteDeleteAsync(cancellation);
        if (ended > 0)
        {
            change.Announce(UserChanges.SignedOut);
            await change.CommitAsync(cancellation);
        }
        return TypedResults.Ok();
    }
}
