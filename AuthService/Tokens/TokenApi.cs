using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Problems;

namespace AuthService.Tokens;

/// <summary>The OAuth 2.0 token endpoint (RFC 6749): password, refresh_token and, for the suite's services, client_credentials.</summary>
public static class TokenApi
{
    // The form carries no cookie that a foreign page could ride on, so antiforgery has nothing to protect.
    public static void MapTokens(this IEndpointRouteBuilder app) =>
        app.MapPost("/token", IssueAsync).AllowAnonymous().DisableAntiforgery().WithTags("Tokens").WithSummary("Sign in, or renew a sign-in");

    private static async Task<Ok<TokenAnswer>> IssueAsync(
        [AsParameters] TokenRequest form, HttpContext context, PasswordGrant users, Sessions sessions, ServiceGrant services, CancellationToken cancellation)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(form.EffectiveGrantType switch
        {
            "password" => await users.IssueAsync(form, cancellation),
            "refresh_token" => await sessions.RenewAsync(TokenRequest.Required("refresh_token", form.RefreshToken), cancellation)
                ?? throw TokenAnswer.Refused("The refresh token is not valid or no longer valid."),
            "client_credentials" => services.Issue(form, context.Request),
            _ => throw ProblemException.Invalid("grant_type", "grant_type is 'password', 'refresh_token' or 'client_credentials'."),
        });
    }
}

public sealed class TokenRequest
{
    [FromForm(Name = "grant_type")]
    public string? GrantType { get; init; }

    [FromForm(Name = "username")]
    public string? UserName { get; init; }

    [FromForm(Name = "password")]
    public string? Password { get; init; }

    /// <summary>Together with a one-time password: the one to have from now on.</summary>
    [FromForm(Name = "new_password")]
    public string? NewPassword { get; init; }

    [FromForm(Name = "refresh_token")]
    public string? RefreshToken { get; init; }

    [FromForm(Name = "client_id")]
    public string? ClientId { get; init; }

    [FromForm(Name = "client_secret")]
    public string? ClientSecret { get; init; }

    [FromForm(Name = "scope")]
    public string? Scope { get; init; }

    /// <summary>A form with just a user name and a password is the password grant.</summary>
    internal string? EffectiveGrantType => string.IsNullOrEmpty(GrantType) && !string.IsNullOrEmpty(UserName) ? "password" : GrantType;

    /// <exception cref="ProblemException">400 naming the field.</exception>
    internal static string Required(string field, string? value) =>
        string.IsNullOrEmpty(value) ? throw ProblemException.Invalid(field, $"This grant needs '{field}'.") : value;
}
