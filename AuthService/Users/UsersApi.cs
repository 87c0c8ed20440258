using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Database;
using ServiceDefaults.History;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Problems;

namespace AuthService.Users;

public static class UsersApi
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/auth").WithTags("Users");
        group.MapPost("/register", RegisterAsync).AllowAnonymous().WithIdempotency<AuthDb>().WithSummary("Create a user");
        group.MapGet("/me", GetMeAsync).WithSummary("Who am I, and what may I do");
    }

    private static async Task<Created<Profile>> RegisterAsync(
        Registration registration, AuthDb db, Passwords passwords, IHostEnvironment environment, TimeProvider time, CancellationToken cancellation)
    {
        var valid = registration.Validate(consentIsRequired: environment.IsProduction());
        var user = new User
        {
            Email = valid.Email,
            PasswordHash = passwords.Hash(valid.Password),
            Role = Roles.User,
            CreatedAt = time.GetUtcNow(),
            Consent = valid.ConsentVersion is null ? ConsentState.None : ConsentState.Given,
        };
        var consent = valid.ConsentVersion is { } version ? new Consent { UserId = user.Id, Version = version, GivenAt = user.CreatedAt } : null;
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        db.Add(user);
        if (consent is not null)
            db.Add(consent);
        change.Append(user.Id.ToString(), "user.registered", user.Id.ToString(), new { text = consent?.Text, version = consent?.Version }, user.CreatedAt);
        try
        {
            await change.CommitAsync(cancellation);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation())
        {
            throw new ProblemException(StatusCodes.Status409Conflict, "email-taken", "There is a user with this e-mail address.") { Field = "email" };
        }
        return TypedResults.Created("/v1/auth/me", Profile.Of(user, consent));
    }

    private static async Task<Results<Ok<Profile>, NotFound>> GetMeAsync(ClaimsPrincipal caller, AuthDb db, CancellationToken cancellation)
    {
        var id = caller.UserId();
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == id, cancellation) is not { } user)
            return TypedResults.NotFound();
        var consent = await db.Consents.AsNoTracking()
            .Where(consent => consent.UserId == id && consent.WithdrawnAt == null)
            .OrderByDescending(consent => consent.GivenAt)
            .FirstOrDefaultAsync(cancellation);
        return TypedResults.Ok(Profile.Of(user, consent));
    }

    /// <summary>The caller as a user.</summary>
    /// <exception cref="ProblemException">403: a service or a guest.</exception>
    public static Guid UserId(this ClaimsPrincipal caller) =>
        Guid.TryParse(caller.CallerId(), out var id)
            ? id
            : throw new ProblemException(StatusCodes.Status403Forbidden, "users-only", "This is for users: sign in first.");
}
