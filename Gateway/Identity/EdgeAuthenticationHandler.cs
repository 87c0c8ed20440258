using System.Text.Encodings.Web;
using Gateway.Limits;
using Gateway.Routing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace Gateway.Identity;

/// <summary>
/// Who is calling: a bearer token of a user, an API key, or where the route and the environment allow it a guest.
/// A credential that was sent and is wrong is refused, also where guests are admitted.
/// </summary>
public sealed class EdgeAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    TokenValidator bearerTokens, ExchangedTokens exchanged, ChangedUsers changed, RateLimits limits, Guests guests, IProblemDetailsService problems)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "edge";
    public const string ApiKeyHeader = "X-API-Key";
    private const string BearerPrefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        limits.CountAddress(Context); // before anything is asked of anybody
        if (Context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return AuthenticateResult.NoResult();
        try
        {
            var authorization = Request.Headers.Authorization.ToString();
            if (authorization.Length > 0)
                return await BearerAsync(authorization);
            var apiKey = Request.Headers[ApiKeyHeader].ToString();
            if (apiKey.Length > 0)
                return await ApiKeyAsync(apiKey);
            return RouteTable.Of(endpoint)?.Access == Access.Guests && guests.AreAdmitted
                ? Admit(await exchanged.ForGuestAsync(Context.RequestAborted))
                : AuthenticateResult.NoResult();
        }
        catch (Exception e) when (e is HttpRequestException || e is OperationCanceledException && !Context.RequestAborted.IsCancellationRequested)
        {
            throw ProblemException.Unavailable("auth-unavailable", "Credentials can't be checked: the auth service does not answer.", TimeSpan.FromSeconds(2));
        }
    }

    private async Task<AuthenticateResult> BearerAsync(string authorization)
    {
        if (!authorization.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.Fail("The Authorization header is not of the form 'Bearer <token>'.");
        var token = authorization[BearerPrefix.Length..].Trim();
        var claims = await bearerTokens.ValidateAsync(token, Context.RequestAborted);
        // Services call each other directly, and what a key or a guest was exchanged for is for services only: out here it is
        // a stolen one, and would go without its key's limits.
        if (claims is null || claims.KeyId is not null || claims.Roles.Contains("service") || claims.Roles.Contains("guest"))
            return AuthenticateResult.Fail("The bearer token is not valid or no longer valid.");
        return changed.Refuses(claims.Subject, claims.IssuedAt) is { } refusal
            ? AuthenticateResult.Fail(refusal)
            : Admit(Admission.OfBearer(token, claims));
    }

    private async Task<AuthenticateResult> ApiKeyAsync(string apiKey)
    {
        if (exchanged.FindKnown(apiKey) is { } known)
            return Admit(known);
        if (!exchanged.HasWorked(apiKey))
            limits.ThrowIfGuessing(Context); // keys that work are not held up by somebody's guessing at the same address
        if (await exchanged.ForKeyAsync(apiKey, Context.RequestAborted) is { } admission)
            return Admit(admission);
        limits.CountWrongKey(Context);
        return AuthenticateResult.Fail("The API key is unknown, expired or revoked.");
    }

    private AuthenticateResult Admit(Admission admission)
    {
        if (changed.WithdrewConsent(admission.Subject, admission.IssuedAt) && RouteTable.Of(Context.GetEndpoint())?.IsPrediction(Request) == true)
            throw new ProblemException(StatusCodes.Status403Forbidden, "consent-withdrawn", "Consent was withdrawn: nothing is predicted until it is given again.");
        Context.Features.Set(admission);
        return AuthenticateResult.Success(new AuthenticationTicket(admission.Principal, SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure;
        var problem = failure as ProblemException
            ?? new ProblemException(StatusCodes.Status401Unauthorized, "unauthenticated", failure?.Message ?? "This needs a bearer token or an API key.");
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = Context,
            ProblemDetails = problem.ToDetails(),
        });
    }
}
