using System.Security.Claims;
using AuthService.Accounts;
using AuthService.Keys;
using AuthService.Tokens;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Admin;

/// <summary>Users, for administrators. Every change is in the audit trail, and ends the tokens that say otherwise.</summary>
public static class UsersAdminApi
{
    private static readonly TimeSpan OneTimePasswordLifetime = TimeSpan.FromDays(1);

    public static void MapUsersAdmin(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/v1/admin/users").RequireAdministrator().WithTags("Admin");
        users.MapGet("/", ListAsync).WithSummary("Users, newest first; ?email= is the beginning of an address").ProducesProblem(StatusCodes.Status400BadRequest);

        var user = users.MapGroup("/{id:guid}").ProducesProblem(StatusCodes.Status404NotFound);
        user.MapGet("/", GetAsync).WithSummary("One user");
        user.MapPatch("/", PatchAsync).WithSummary("Change a user's role, disable or enable them")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        user.MapPost("/unlock", UnlockAsync).WithSummary("Forget the failed sign-ins that locked the account");
        user.MapPost("/password", ResetPasswordAsync).WithSummary("Reset the password to a one-time password, shown once");
    }

    private static async Task<Ok<UserPage>> ListAsync([FromQuery] string? email, [AsParameters] PageQuery page, AuthDb db, CancellationToken cancellation)
    {
        var after = page.After<Guid>();
        var prefix = email?.Trim().ToLowerInvariant();
        var found = await db.Users.AsNoTracking()
            .Where(user => (prefix == null || user.Email.StartsWith(prefix)) && (after == null || user.Id.CompareTo(after.Value) < 0))
            .OrderByDescending(user => user.Id)
            .Take(page.Size + 1)
            .ToListAsync(cancellation);
        var (rows, next) = page.Cut(found, user => user.Id);
        return TypedResults.Ok(new UserPage(rows.ConvertAll(UserSummary.Of), next));
    }

    private static async Task<Results<Ok<UserDetails>, NotFound>> GetAsync(Guid id, AuthDb db, SignInGuard guard, TimeProvider time, CancellationToken cancellation)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == id, cancellation) is not { } user)
            return TypedResults.NotFound();
        var keys = await db.ApiKeys.Where(ApiKey.IsActive(time.GetUtcNow())).CountAsync(key => key.UserId == id, cancellation);
        return TypedResults.Ok(new UserDetails(
            user.Id, user.Email, user.Role, user.CreatedAt, user.DisabledAt, user.Consent,
            await guard.LockedUntilAsync(user.Email, cancellation), keys, user.OneTimeUntil));
    }

    private static async Task<Results<Ok<UserSummary>, NotFound>> PatchAsync(
        Guid id, UserPatch patch, ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        patch.Validate();
        await using var change = await AccountChange.BeginAsync(db, id, caller.CallerId(), time, cancellation);
        if (change.User is not { } user)
            return TypedResults.NotFound();
        if (user is { Role: Roles.Admin, DisabledAt: null } && (patch.Role is not (null or Roles.Admin) || patch.Disabled == true)
            && !await db.Users.AnyAsync(other => other.Id != id && other.Role == Roles.Admin && other.DisabledAt == null, cancellation))
        {
            throw ProblemException.Conflict("last-administrator", "This is the only administrator who can sign in. Make another one first.");
        }

        if (patch.Role is { } role && role != user.Role)
        {
            change.Announce(UserChanges.RolesChanged, new { from = user.Role, to = role });
            user.Role = role;
        }
        if (patch.Disabled is { } disabled && disabled != user.DisabledAt is not null)
        {
            user.DisabledAt = disabled ? change.Time : null;
            change.Announce(disabled ? UserChanges.Disabled : UserChanges.Enabled);
            if (disabled)
                await change.EndSessionsAsync(cancellation);
        }
        await change.CommitAsync(cancellation);
        return TypedResults.Ok(UserSummary.Of(user));
    }

    private static async Task<Results<NoContent, NotFound>> UnlockAsync(
        Guid id, ClaimsPrincipal caller, AuthDb db, SignInGuard guard, TimeProvider time, CancellationToken cancellation)
    {
        await using var change = await AccountChange.BeginAsync(db, id, caller.CallerId(), time, cancellation);
        if (change.User is not { } user)
            return TypedResults.NotFound();
        await guard.UnlockAsync(user.Email, cancellation);
        change.Record("account.unlocked");
        await change.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<OneTimePassword>, NotFound>> ResetPasswordAsync(
        Guid id, ClaimsPrincipal caller, HttpContext http, AuthDb db, Passwords passwords, TimeProvider time, CancellationToken cancellation)
    {
        var secret = Secret.Create("otp_");
        var hash = passwords.Hash(secret);
        await using var change = await AccountChange.BeginAsync(db, id, caller.CallerId(), time, cancellation);
        if (change.User is not { } user)
            return TypedResults.NotFound();
        var until = change.Time + OneTimePasswordLifetime;
        (user.PasswordHash, user.OneTimeUntil) = (hash, until);
        await change.EndSessionsAsync(cancellation);
        change.Record("account.password-reset", new { until });
        change.Announce(UserChanges.PasswordChanged);
        await change.CommitAsync(cancellation);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new OneTimePassword(secret, until));
    }
}
