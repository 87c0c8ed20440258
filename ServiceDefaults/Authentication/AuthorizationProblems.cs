using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Authentication;

/// <summary>A 403 that names the scope that would have been needed.</summary>
public static class AuthorizationProblems
{
    public static ProblemException Forbidden(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var needed = (metadata?.GetOrderedMetadata<RequiresScopeAttribute>() ?? []).Select(required => $"'{required.Scope}'")
            .Concat((metadata?.GetOrderedMetadata<AnyScope>() ?? []).Select(any => string.Join(" or ", any.Scopes.Select(scope => $"'{scope}'"))))
            .ToArray();
        if (needed.Length > 0 && context.User.ConsentGap() is { } gap && needed.Any(scope => scope.Contains($"'{Scopes.Predict}'", StringComparison.Ordinal)))
            return Forbidden(gap);
        return new ProblemException(
            StatusCodes.Status403Forbidden,
            "missing-scope",
            needed.Length == 0 ? "The caller may not do this." : $"This needs the scope {string.Join(", and ", needed)}.");
    }

    /// <summary>Nothing of a person is processed without their consent.</summary>
    private static ProblemException Forbidden(ConsentGap gap) => gap == ConsentGap.Withdrawn
        ? new(StatusCodes.Status403Forbidden, "consent-withdrawn", "You withdrew your consent. PUT /v1/auth/me/consent gives it again.")
        : new(StatusCodes.Status403Forbidden, "consent-needed", "Predicting needs your consent: PUT /v1/auth/me/consent.");
}

/// <summary>Marks an endpoint with the scope it needs; <see cref="TokenAuthenticationExtensions.RequireScope{TBuilder}"/> sets it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresScopeAttribute(string scope) : Attribute, IAuthorizeData
{
    public string Scope { get; } = scope;

    public string? Policy { get; set; } = TokenAuthenticationExtensions.ScopePolicy(scope);

    public string? Roles { get; set; }

    public string? AuthenticationSchemes { get; set; }
}

/// <summary>The scopes of which <see cref="TokenAuthenticationExtensions.RequireAnyScope{TBuilder}"/> wants one.</summary>
internal sealed record AnyScope(IReadOnlyList<string> Scopes);
