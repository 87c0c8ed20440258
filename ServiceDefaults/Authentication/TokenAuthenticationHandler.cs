using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Authentication;

/// <summary><c>Authorization: Bearer</c> with a token that AuthService signed. No other header says who the caller is.</summary>
internal sealed class TokenAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenValidator tokens, IProblemDetailsService problems)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();
        try
        {
            var claims = await tokens.ValidateAsync(header[Prefix.Length..].Trim(), Context.RequestAborted);
            return claims is null
                ? AuthenticateResult.Fail("The bearer token is not valid or no longer valid.")
                : AuthenticateResult.Success(new AuthenticationTicket(CallerIdentity.Create(claims, Scheme.Name), Scheme.Name));
        }
        catch (HttpRequestException)
        {
            throw ProblemException.Unavailable("auth-unavailable", "The token can't be checked: AuthService does not answer.", TimeSpan.FromSeconds(2));
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure?.Message ?? "A bearer token is needed.";
        Response.Headers.WWWAuthenticate = "Bearer";
        await WriteAsync(StatusCodes.Status401Unauthorized, new ProblemException(StatusCodes.Status401Unauthorized, "unauthenticated", failure));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        WriteAsync(StatusCodes.Status403Forbidden, AuthorizationProblems.Forbidden(Context));

    private async Task WriteAsync(int status, ProblemException problem)
    {
        Response.StatusCode = status;
        await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = Context, ProblemDetails = problem.ToDetails() });
    }
}
