using System.Security.Cryptography;
using System.Text;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace AuthService.Tokens;

/// <summary>Tokens by which the suite's services call each other.</summary>
public sealed class ServiceGrant(ServiceIdentity identity, TokenIssuer tokens)
{
    /// <summary>Who may call what. A service that is not here may call nobody.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["gateway"] = [Scopes.Service.Exchange, Scopes.Service.Quotas, Scopes.Service.Requests, Scopes.Service.Users],
        ["inference"] = [Scopes.Service.Objects, Scopes.Service.Registry, Scopes.Service.Quotas],
        ["training"] = [Scopes.Service.Objects, Scopes.Service.Inference, Scopes.Service.Predictions],
        ["feedback"] = [Scopes.Service.Predictions],
    };

    /// <exception cref="ProblemException">400 malformed, 401 wrong secret, 403 a scope that this service does not have.</exception>
    public TokenAnswer Issue(TokenRequest form, HttpRequest request)
    {
        var client = TokenRequest.Required("client_id", form.ClientId);
        var secret = TokenRequest.Required("client_secret", form.ClientSecret);
        var scope = TokenRequest.Required("scope", form.Scope);
        // The gateway marks what comes from outside. Services call directly; a stolen secret alone is no way in.
        if (request.Headers.ContainsKey("X-Forwarded-For") || !IsSecret(secret))
            throw new ProblemException(StatusCodes.Status401Unauthorized, "invalid-client", "The client is not known here.");
        if (!MayHave(client, scope))
            throw new ProblemException(StatusCodes.Status403Forbidden, "invalid-scope", $"'{client}' may not have the scope '{scope}'.");
        return TokenAnswer.Bearer(tokens.ForService(client, scope));
    }

    internal static bool MayHave(string client, string scope) => Allowed.TryGetValue(client, out var scopes) && scopes.Contains(scope);

    private bool IsSecret(string presented) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(presented)), SHA256.HashData(Encoding.UTF8.GetBytes(identity.Secret)));
}
