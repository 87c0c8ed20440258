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

    public string ForUser(Guid id, string role) => Issue(id.ToString(), role, Roles.ScopesOf(role), null, AccessLifetime);

    public string ForService(string name, string scope) => Issue(name, "service", [scope], null, AccessLifetime);

    public string ForKey(Guid user, string role, IReadOnlyList<string> scopes, Guid keyId) => Issue(user.ToString(), role, scopes, keyId, ExchangedLifetime);

    public string ForGuest() => Issue("guest", "guest", [Scopes.Predict], null, ExchangedLifetime);

    private string Issue(string subject, string role, IReadOnlyList<string> scopes, Guid? keyId, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        var key = keys.Current;
        return JsonWebToken.Sign(new TokenClaims(subject, [role], scopes, keyId, now, now + lifetime), key.Kid, key.Key);
    }
}
