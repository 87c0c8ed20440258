using System.Security.Claims;

namespace ServiceDefaults.Authentication;

/// <summary>Between token claims and the principal that handlers see.</summary>
public static class CallerIdentity
{
    private const string ScopeClaim = "scope";
    private const string KeyClaim = "key";
    private const string ModelsClaim = "models";
    private const string ItemQuotaClaim = "item_quota";
    private const string ConsentClaim = "consent";
    private const string SessionClaim = "sid";

    public static ClaimsPrincipal Create(TokenClaims claims, string scheme)
    {
        var identity = new ClaimsIdentity(scheme, ClaimTypes.NameIdentifier, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, claims.Subject));
        identity.AddClaims(claims.Roles.Select(role => new Claim(ClaimTypes.Role, role)));
        identity.AddClaims(claims.Scopes.Select(scope => new Claim(ScopeClaim, scope)));
        if (claims.KeyId is { } key)
            identity.AddClaim(new Claim(KeyClaim, key.ToString()));
        if (claims.Models is { } models)
            identity.AddClaim(new Claim(ModelsClaim, string.Join(' ', models)));
        if (claims.HasItemQuota)
            identity.AddClaim(new Claim(ItemQuotaClaim, "true"));
        if (claims.ConsentGap is { } gap)
            identity.AddClaim(new Claim(ConsentClaim, gap.ToString()));
        if (claims.SessionId is { } session)
            identity.AddClaim(new Claim(SessionClaim, session.ToString()));
        return new ClaimsPrincipal(identity);
    }

    /// <summary>The pseudonymous id that owns what the caller makes.</summary>
    public static string CallerId(this ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("The endpoint admits anonymous callers but asks who calls.");

    public static bool HasScope(this ClaimsPrincipal user, string scope) => user.HasClaim(ScopeClaim, scope);

    /// <summary>Another service that has models run for the suite itself, not for one of its callers.</summary>
    public static bool IsInferringService(this ClaimsPrincipal user) => user.HasScope(Scopes.Service.Inference);

    public static Guid? ApiKeyId(this ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(KeyClaim), out var key) ? key : null;

    /// <summary>The key whose daily quota of items the caller uses up; null: there is none to use up.</summary>
    public static Guid? ItemQuotaKey(this ClaimsPrincipal user) => user.HasClaim(ItemQuotaClaim, "true") ? user.ApiKeyId() : null;

    /// <summary>Whether the caller may know of a model and use it: an API key can be limited to some.</summary>
    public static bool MayUse(this ClaimsPrincipal user, string model) =>
        user.AllowedModels()?.Contains(model, StringComparer.Ordinal) ?? true;

    /// <summary>The only models that the caller may know of and use, to put into a query; null: all.</summary>
    public static string[]? AllowedModels(this ClaimsPrincipal user) => user.FindFirstValue(ModelsClaim)?.Split(' ');

    /// <summary>The sign-in that a user's token comes from, however often it was renewed; null: it comes from none.</summary>
    public static Guid? SessionId(this ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(SessionClaim), out var session) ? session : null;

    internal static ConsentGap? ConsentGap(this ClaimsPrincipal user) =>
        Enum.TryParse<ConsentGap>(user.FindFirstValue(ConsentClaim), out var gap) ? gap : null;
}
