using System.Runtime.CompilerServices;
using System.Security.Claims;
using ServiceDefaults.Authentication;

namespace Gateway.Identity;

/// <summary>Who a request speaks for and the token that the services get to see for it.</summary>
/// <param name="IssuedAt">Of the token: what changed about its subject later, it does not know.</param>
public sealed record Admission(ClaimsPrincipal Principal, string Subject, string Token, DateTimeOffset IssuedAt, DateTimeOffset ValidUntil)
{
    private static readonly TimeSpan TimeForTheServices = TimeSpan.FromSeconds(15); // to receive the token before it expires

    // The validator hands out the same claims for the same token while it remembers it: so its principal is made once.
    private static readonly ConditionalWeakTable<TokenClaims, Admission> Known = [];

    public Guid? KeyId { get; init; }

    /// <summary>By which people recognise the key.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The caller's own limit; null: the default of its kind.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>The key's quota of requests a day; null: none.</summary>
    public long? DailyRequests { get; init; }

    public bool IsGuest { get; init; }

    public static Admission Of(Exchanged exchanged, TokenClaims claims, string? keyPrefix, DateTimeOffset now)
    {
        var latest = claims.ExpiresAt - TimeForTheServices;
        var validUntil = now + ExchangedTokens.MaxAge;
        return From(exchanged.Token, claims, latest < validUntil ? latest : validUntil) with
        {
            KeyId = exchanged.KeyId, KeyPrefix = keyPrefix, RequestsPerMinute = exchanged.RequestsPerMinute, DailyRequests = exchanged.DailyRequests,
        };
    }

    /// <summary>A user's own token.</summary>
    public static Admission OfBearer(string token, TokenClaims claims)
    {
        if (!Known.TryGetValue(claims, out var admission))
            Known.AddOrUpdate(claims, admission = From(token, claims, claims.ExpiresAt));
        return admission;
    }

    private static Admission From(string token, TokenClaims claims, DateTimeOffset validUntil) =>
        new(CallerIdentity.Create(claims, EdgeAuthenticationHandler.SchemeName), claims.Subject, token, claims.IssuedAt, validUntil)
        {
            IsGuest = claims.Roles.Contains("guest"),
        };
}
