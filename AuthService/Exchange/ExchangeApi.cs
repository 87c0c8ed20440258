using AuthService.Keys;
using AuthService.Tokens;
using AuthService.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Exchange;

/// <summary>What the gateway turns an API key, or an admitted guest, into. Not routed from outside.</summary>
public static class ExchangeApi
{
    public static void MapExchange(this IEndpointRouteBuilder app) =>
        app.MapPost("/internal/exchange", ExchangeAsync).RequireScope(Scopes.Service.Exchange).ExcludeFromDescription();

    private static async Task<Ok<Exchanged>> ExchangeAsync(ExchangeRequest request, KeyFinder keys, TokenIssuer tokens, CancellationToken cancellation)
    {
        if (request is { Guest: true, ApiKey: null })
            return TypedResults.Ok(new Exchanged(tokens.ForGuest(), null, null));
        if (request is not { Guest: false, ApiKey: { } presented })
            throw ProblemException.Invalid("apiKey", "Send either 'apiKey' or 'guest'.");

        var (key, role) = await keys.FindUsableAsync(presented, cancellation)
            ?? throw new ProblemException(StatusCodes.Status401Unauthorized, "invalid-key", "The API key is unknown, expired or revoked.");
        var scopes = key.Scopes.Intersect(Roles.ScopesOf(role)).ToArray(); // a key never outlives its owner's rights
        return TypedResults.Ok(new Exchanged(tokens.ForKey(key.UserId, role, scopes, key.Id), key.Id, key.RequestsPerMinute));
    }
}

public sealed record ExchangeRequest(string? ApiKey, bool Guest);

public sealed record Exchanged(string Token, Guid? KeyId, int? RequestsPerMinute);
