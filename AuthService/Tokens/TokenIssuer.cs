using AuthService.Keys;
using AuthService.SigningKeys;
using AuthService.Users;
using ServiceDefaults.Authentication;

namespace AuthService.Tokens;

/// <summary>Signs what the suite's services accept.</summary>
public sealed class TokenIssuer(SigningKeyRing keys, TimeProvider time)
{
    /// <summary>Of tokens for people and services.</summary>
    public static readonly TimeSpan AccessLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Of tokens that the gateway gets for an API key or a guest.</summary>
    public static readonly TimeSpan ExchangedLifetime = TimeSpan.FromSeconds(60);

    /// <param name="session">The family of the refresh token that goes with it.</param>
    public string ForUser(Standing user, Guid session) => Sign(Of(user, AccessLifetime) with { SessionId = session });

    public string ForKey(Standing user, ApiKey key) => Sign(Of(user, ExchangedLifetime) with
    {
        Scopes = [.. user.Scopes.Intersect(key.Scopes)], // a key never outlives its owner's rights
        KeyId = key.Id,
        Models = key.Models,
        HasItemQuota = key.DailyItems is not null,
        ConsentGap = key.Scopes.Contains(Scopes.Predict) ? user.Gap : null,
    });

    public string ForService(string name, string scope) => Sign(Now(name, "service", [scope], AccessLifetime));

    public string ForGuest() => Sign(Now("guest", "guest", [Scopes.Predict], ExchangedLifetime));

    private static TokenClaims Of(Standing user, TimeSpan lifetime) =>
        new(user.UserId.ToString(), [user.Role], [.. user.Scopes], null, user.AsOf, user.AsOf + lifetime) { ConsentGap = user.Gap };

    private TokenClaims Now(string subject, string role, IReadOnlyList<string> scopes, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        return new TokenClaims(subject, [role], scopes, null, now, now + lifetime);
    }

    private string Sign(TokenClaims claims)
    {
        var key = keys.Current;
        return JsonWebToken.Sign(claims, key.Kid, key.Key);
    }
}
