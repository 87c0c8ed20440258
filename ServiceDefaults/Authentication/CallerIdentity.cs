using System.Security.Claims;

namespace ServiceDefaults.Authentication;

/// <summary>Between token claims and the principal that handlers see.</summary>
public static class CallerIdentity
{
    private const string ScopeClaim = "scope";
    private const string KeyClaim = "key";

    public static ClaimsPrincipal Create(TokenClaims claims, string scheme)
    {
        var identity = new ClaimsIdentity(scheme, ClaimTypes.NameIdentifier, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, claims.Subject));
        identity.AddClaims(claims.Roles.Select(role => new Claim(ClaimTypes.Role, role)));
        identity.AddClaims(claims.Scopes.Select(scope => new Claim(ScopeClaim, scope)));
        if (claims.KeyId is { } key)
            identity.AddClaim(new Claim(KeyClaim, key.ToString()));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>The pseudonymous id that owns what the caller makes.</summary>
    public static string CallerId(this ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("The endpoint admits anonymous callers but asks who calls.");

    public static bool HasScope(this ClaimsPrincipal user, string scope) => user.HasClaim(ScopeClaim, scope);

    public static Guid? ApiKeyId(this ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(KeyClaim), out var key) ? key : null;
}
