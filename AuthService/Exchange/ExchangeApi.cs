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

    private static async Task<Ok<Exchanged>> ExchangeAsync(
        ExchangeRequest request, KeyFinder keys, Standings standings, TokenIssuer tokens, CancellationToken cancellation)
    {
        if (request is { Guest: true, ApiKey: null })
            return TypedResults.Ok(new Exchanged(tokens.ForGuest()));
        if (request is not { Guest: false, ApiKey: { } presented })
            throw ProblemException.Invalid("apiKey", "Send either 'apiKey' or 'guest'.");

        if (await keys.FindUsableAsync(presented, cancellation) is not { } key || await standings.FindAsync(key.UserId, cancellation) is not { } owner)
            throw new ProblemException(StatusCodes.Status401Unauthorized, "invalid-key", "The API key is unknown, expired or revoked.");
        return TypedResults.Ok(new Exchanged(tokens.ForKey(owner, key), key.Id, key.RequestsPerMinute, key.DailyRequests, key.DailyItems, key.Models));
    }
}

public sealed record ExchangeRequest(string? ApiKey, bool Guest);

/// <param name="DailyRequests">The key's quota, which the gateway takes from (<see cref="Quotas.QuotaApi"/>); null: none.</param>
/// <param name="DailyItems">Taken from by who runs the items.</param>
/// <param name="Models">The only ones the key is for; null: all.</param>
public sealed record Exchanged(
    string Token, Guid? KeyId = null, int? RequestsPerMinute = null, long? DailyRequests = null, long? DailyItems = null, IReadOnlyList<string>? Models = null);
