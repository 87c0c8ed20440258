using System.Security.Claims;
using AuthService.Tokens;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Accounts;

public static class PasswordApi
{
    public static void MapPassword(this IEndpointRouteBuilder app) =>
        app.MapPut("/v1/auth/me/password", ChangeAsync).RequireSignIn().WithTags("Users")
            .WithSummary("Change my password; every session ends, the answer starts a new one")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Results<Ok<TokenAnswer>, NotFound>> ChangeAsync(
        PasswordChange request, ClaimsPrincipal caller, HttpContext http, AuthDb db, SignInGuard guard, Passwords passwords, Sessions sessions,
        TimeProvider time, CancellationToken cancellation)
    {
        var id = caller.UserId();
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == id, cancellation) is not { } known)
            return TypedResults.NotFound();
        request.Validate(known.Email);
        // Guessed at by whoever found an open browser: counted as sign-ins are.
        if (await guard.TryAsync(known.Email, () => Task.FromResult(passwords.Verify(known, request.CurrentPassword!) ? known : null), cancellation) is null)
            throw ProblemException.Invalid("currentPassword", "This is not your password.");

        await using (var change = await AccountChange.BeginAsync(db, id, caller.CallerId(), time, cancellation))
        {
            if (change.User is not { } user || user.PasswordHash != known.PasswordHash)
                throw ProblemException.Conflict("password-changed", "The password was changed by another request at the same time.");
            user.PasswordHash = passwords.Hash(request.NewPassword!);
            user.OneTimeUntil = null;
            await change.EndSessionsAsync(cancellation);
            change.Announce(UserChanges.PasswordChanged);
            await change.CommitAsync(cancellation);
        }
        http.Response.Headers.CacheControl = "no-store";
        return await sessions.StartAsync(id, null, cancellation) is { } session ? TypedResults.Ok(session) : TypedResults.NotFound();
    }

    public sealed record PasswordChange(string? CurrentPassword, string? NewPassword)
    {
        /// <exception cref="ProblemException">400 naming the field.</exception>
        public void Validate(string email)
        {
            if (string.IsNullOrEmpty(CurrentPassword) || CurrentPassword.Length > PasswordPolicy.MaxLength)
                throw ProblemException.Invalid("currentPassword", "Changing a password needs the current one.");
            if (PasswordPolicy.Objection(NewPassword, email) is { } objection)
                throw ProblemException.Invalid("newPassword", objection);
        }
    }
}
