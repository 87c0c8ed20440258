using System.Security.Claims;
using ServiceDefaults.Authentication;

namespace Gateway.Identity;

/// <summary>Who a request speaks for and the token that the services get to see for it.</summary>
/// <param name="RequestsPerMinute">The caller's own limit; null: the default of its kind.</param>
public sealed record Admission(ClaimsPrincipal Principal, string Token, Guid? KeyId, int? RequestsPerMinute, DateTimeOffset ValidUntil)
{
    private static readonly TimeSpan TimeForTheServices = TimeSpan.FromSeconds(15); // to receive the token before it expires

    public static Admission Of(Exchanged exchanged, TokenClaims claims, DateTimeOffset now)
    {
        var latest = claims.ExpiresAt - TimeForTheServices;
        var validUntil = now + ExchangedTokens.MaxAge;
        return new Admission(
            CallerIdentity.Create(claims, EdgeAuthenticationHandler.SchemeName), exchanged.Token, exchanged.KeyId, exchanged.RequestsPerMinute,
            latest < validUntil ? latest : validUntil);
    }

    public static Admission OfBearer(string token, TokenClaims claims) => new(
        CallerIdentity.Create(claims, EdgeAuthenticationHandler.SchemeName), token, claims.KeyId, null, claims.ExpiresAt);
}
