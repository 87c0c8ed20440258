using System.Security.Claims;
using System.Security.Cryptography;
using AuthService.Admin;
using AuthService.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Erasure;

public static class ErasureApi
{
    private const string TokenHeader = "X-Erasure-Token";

    public static void MapErasures(this IEndpointRouteBuilder app)
    {
        var privacy = app.MapGroup("/v1").WithTags("Privacy");
        privacy.MapDelete("/auth/me", EraseMeAsync).AddEndpointFilter(RefuseKeysAsync)
            .WithSummary("Erase me: everything that is kept about me, everywhere. Needs the password, or a sign-in of the last minutes.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);
        privacy.MapDelete("/admin/users/{id:guid}", EraseUserAsync).RequireAdministrator().AddEndpointFilter(RefuseKeysAsync)
            .WithSummary("Erase a user, everywhere").ProducesProblem(StatusCodes.Status409Conflict);
        privacy.MapGet("/auth/erasures/{id:guid}", GetAsync).AllowAnonymous()
            .WithSummary($"How far an erasure is, and its signed receipt. The header {TokenHeader} has the token that the request was answered with.");
        privacy.MapGet("/admin/erasures", ListAsync).RequireAdministrator().WithSummary("Erasures that are not done, the oldest first");
    }

    /// <summary>A key that got into wrong hands must not end an account.</summary>
    private static ValueTask<object?> RefuseKeysAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next) =>
        invocation.HttpContext.User.ApiKeyId() is null
            ? next(invocation)
            : throw new ProblemException(StatusCodes.Status403Forbidden, "sign-in-needed", "An account is erased by a signed-in user, not by a key.");

    private static async Task<Results<Accepted<ErasureAccepted>, NotFound>> EraseMeAsync(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] EraseMe? request, ClaimsPrincipal caller, HttpContext http, AuthDb db,
        Reauthentication reauthentication, ErasureRequests erasures, CancellationToken cancellation)
    {
        var id = caller.UserId();
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == id, cancellation) is not { } user)
            return TypedResults.NotFound();
        await reauthentication.RequireAsync(user, request?.Password, caller.SessionId(), cancellation);
        return Answer(await erasures.BeginAsync(id, "self", cancellation), http);
    }

    private static async Task<Results<Accepted<ErasureAccepted>, NotFound>> EraseUserAsync(
        Guid id, ClaimsPrincipal caller, HttpContext http, ErasureRequests erasures, CancellationToken cancellation) =>
        Answer(await erasures.BeginAsync(id, caller.UserId() == id ? "self" : caller.CallerId(), cancellation), http);

    private static Results<Accepted<ErasureAccepted>, NotFound> Answer((ErasureRecord Erasure, string Token)? begun, HttpContext http)
    {
        if (begun is not { } accepted)
            return TypedResults.NotFound();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Accepted(
            $"/v1/auth/erasures/{accepted.Erasure.Id}", new ErasureAccepted(accepted.Erasure.Id, ErasureView.Running, accepted.Token));
    }

    /// <summary>Not there and not with this token is one answer.</summary>
    private static async Task<Results<Ok<ErasureView>, NotFound>> GetAsync(
        Guid id, [FromHeader(Name = TokenHeader)] string? token, AuthDb db, ReceiptSigner signer, CancellationToken cancellation)
    {
        var erasure = await db.Erasures.AsNoTracking().SingleOrDefaultAsync(erasure => erasure.Id == id, cancellation);
        if (erasure is null || token is null || !CryptographicOperations.FixedTimeEquals(Secret.HashOf(token), erasure.TokenHash))
            return TypedResults.NotFound();
        var answers = (await db.ErasureAnswers.AsNoTracking().Where(answer => answer.ErasureId == id).OrderBy(answer => answer.Service).ToListAsync(cancellation)).ConvertAll(ErasureAnswerView.Of);
        return TypedResults.Ok(new ErasureView(
            id, ErasureView.StatusOf(erasure), erasure.RequestedAt, erasure.FinishedAt, answers, erasure.FinishedAt is null ? null : signer.Sign(erasure, answers)));
    }

    private static async Task<Ok<List<OpenErasure>>> ListAsync(AuthDb db, CancellationToken cancellation) => TypedResults.Ok(await db.Erasures.AsNoTracking()
        .Where(erasure => erasure.FinishedAt == null).OrderBy(erasure => erasure.Id).Take(100)
        .Select(erasure => new OpenErasure(
            erasure.Id, erasure.RequestedAt, erasure.Repeats,
            db.ErasureAnswers.Where(answer => answer.ErasureId == erasure.Id && answer.AnsweredAt == null).Select(answer => answer.Service).ToList()))
        .ToListAsync(cancellation));
}

/// <param name="Password">Absent: a sign-in of the last minutes has to do.</param>
public sealed record EraseMe(string? Password);

/// <param name="WaitsFor">The services that have not answered.</param>
public sealed record OpenErasure(Guid Id, DateTimeOffset RequestedAt, int Repeats, List<string> WaitsFor);
