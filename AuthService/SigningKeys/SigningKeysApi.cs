using System.Security.Claims;
using AuthService.Admin;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;

namespace AuthService.SigningKeys;

public static class SigningKeysApi
{
    public static void MapSigningKeys(this IEndpointRouteBuilder app)
    {
        app.MapGet("/.well-known/jwks.json", GetPublished).AllowAnonymous().WithTags("Tokens").WithSummary("The keys that access tokens verify with");
        app.MapPost("/v1/admin/signing-keys/rotate", RotateAsync).RequireAdministrator().WithTags("Admin")
            .WithSummary("Sign with a new key from signsFrom on; nobody is logged out");
    }

    private static Ok<JsonWebKeySet> GetPublished(SigningKeyRing ring) => TypedResults.Ok(new JsonWebKeySet(ring.Published));

    private static async Task<Ok<RotationStarted>> RotateAsync(ClaimsPrincipal caller, SigningKeyKeeper keeper, CancellationToken cancellation)
    {
        var next = await keeper.RotateAsync(caller.CallerId(), cancellation);
        return TypedResults.Ok(new RotationStarted(next.Kid, next.SignsFrom));
    }

    /// <param name="Kid">In the published keys by now.</param>
    public sealed record RotationStarted(string Kid, DateTimeOffset SignsFrom);
}
