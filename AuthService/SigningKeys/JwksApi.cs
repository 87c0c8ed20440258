using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;

namespace AuthService.SigningKeys;

public static class JwksApi
{
    public static void MapJwks(this IEndpointRouteBuilder app) =>
        app.MapGet("/.well-known/jwks.json", GetKeys).AllowAnonymous().WithTags("Tokens").WithSummary("The keys that access tokens verify with");

    private static Ok<JsonWebKeySet> GetKeys(SigningKeyRing ring) => TypedResults.Ok(new JsonWebKeySet(ring.Published));
}
