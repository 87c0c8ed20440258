using System.Security.Claims;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;

namespace AuthService.Accounts;

/// <summary>What I agreed to. Without consent nothing is predicted for me, within a second of its withdrawal.</summary>
public static class ConsentApi
{
    public static void MapConsent(this IEndpointRouteBuilder app)
    {
        var consent = app.MapGroup("/v1/auth/me/consent").WithTags("Users").ProducesProblem(StatusCodes.Status404NotFound);
        consent.MapGet("/", GetAsync).WithSummary("What I agreed to and when, and what I withdrew");
        consent.MapPut("/", GiveAsync).RequireSignIn().WithSummary("Agree to a version of the terms").ProducesProblem(StatusCodes.Status400BadRequest);
        consent.MapDelete("/", WithdrawAsync).RequireSignIn().WithSummary("Withdraw my consent: nothing is predicted for me or with my keys until I agree again");
    }

    private static async Task<Results<Ok<ConsentStatus>, NotFound>> GetAsync(ClaimsPrincipal caller, AuthDb db, CancellationToken cancellation)
    {
        var id = caller.UserId();
        var state = await db.Users.Where(user => user.Id == id).Select(user => (ConsentState?)user.Consent).SingleOrDefaultAsync(cancellation);
        return state is null ? TypedResults.NotFound() : TypedResults.Ok(await StatusAsync(db, id, state.Value, cancellation));
    }

    private static async Task<Results<Ok<ConsentStatus>, NotFound>> GiveAsync(
        ConsentRequest request, ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        var version = request.Validate("version");
        await using var change = await AccountChange.BeginAsync(db, caller.UserId(), caller.CallerId(), time, cancellation);
        if (change.User is not { } user)
            return TypedResults.NotFound();
        if (!await db.Consents.AnyAsync(given => given.UserId == user.Id && given.Version == version && given.WithdrawnAt == null, cancellation))
        {
            db.Add(new Consent { UserId = user.Id, Version = version, GivenAt = change.Time });
            user.Consent = ConsentState.Given;
            change.Announce(UserChanges.ConsentGiven, new { text = Consent.Terms, version });
            await change.CommitAsync(cancellation);
        }
        return TypedResults.Ok(await StatusAsync(db, user.Id, user.Consent, cancellation));
    }

    private static async Task<Results<NoContent, NotFound>> WithdrawAsync(ClaimsPrincipal caller, AuthDb db, TimeProvider time, CancellationToken cancellation)
    {
        await using var change = await AccountChange.BeginAsync(db, caller.UserId(), caller.CallerId(), time, cancellation);
        if (change.User is not { } user)
            return TypedResults.NotFound();
        if (user.Consent != ConsentState.Withdrawn)
        {
            await db.Consents.Where(given => given.UserId == user.Id && given.WithdrawnAt == null)
                .ExecuteUpdateAsync(given => given.SetProperty(c => c.WithdrawnAt, change.Time), cancellation);
            user.Consent = ConsentState.Withdrawn;
            change.Announce(UserChanges.ConsentWithdrawn);
            await change.CommitAsync(cancellation);
        }
        return TypedResults.NoContent();
    }

    private static async Task<ConsentStatus> StatusAsync(AuthDb db, Guid user, ConsentState state, CancellationToken cancellation)
    {
        var all = await db.Consents.AsNoTracking().Where(given => given.UserId == user).OrderByDescending(given => given.GivenAt).Take(100).ToListAsync(cancellation);
        return new ConsentStatus(state, all.ConvertAll(ConsentGiven.Of));
    }

    /// <param name="Status"><c>none</c>, <c>given</c> or <c>withdrawn</c>.</param>
    /// <param name="History">The newest first.</param>
    public sealed record ConsentStatus(ConsentState Status, IReadOnlyList<ConsentGiven> History);
}
