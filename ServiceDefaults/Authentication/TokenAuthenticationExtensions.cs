using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServiceDefaults.Http;

namespace ServiceDefaults.Authentication;

public static class TokenAuthenticationExtensions
{
    public const string Scheme = "token";

    private static readonly string[] AllScopes = [.. Scopes.ForKeys, .. Scopes.Service.All];

    /// <summary>Every endpoint needs a valid token unless it says otherwise.</summary>
    internal static void AddTokenAuthentication(this IServiceCollection services)
    {
        services.AddHttpClient<RemoteVerificationKeys>((provider, client) =>
        {
            client.BaseAddress = provider.GetRequiredService<IConfiguration>().ServiceAddress("auth");
            client.Timeout = TimeSpan.FromSeconds(5);
        });
        // One instance for the process: it holds the cache.
        services.TryAddSingleton<IVerificationKeys>(provider => new RemoteVerificationKeys(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(RemoteVerificationKeys)), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TokenValidator>();
        services.AddAuthentication(Scheme).AddScheme<AuthenticationSchemeOptions, TokenAuthenticationHandler>(Scheme, null);

        var authorization = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder()
                .RequireAssertion(context => context.User.Identity?.IsAuthenticated == true || IsRoutingsOwnAnswer(context.Resource))
                .Build());
        foreach (var scope in AllScopes)
            authorization.AddPolicy(ScopePolicy(scope), policy => policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.HasScope(scope)));
    }

    /// <summary>Admits only tokens with <paramref name="scope"/>; others get a 403 that names it.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope) where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(new RequiresScopeAttribute(scope));

    /// <summary>Admits tokens with at least one of <paramref name="scopes"/>; others get a 403 that names them.</summary>
    public static TBuilder RequireAnyScope<TBuilder>(this TBuilder builder, params string[] scopes) where TBuilder : IEndpointConventionBuilder =>
        builder
            .RequireAuthorization(policy => policy.RequireAuthenticatedUser().RequireAssertion(context => scopes.Any(context.User.HasScope)))
            .WithMetadata(new AnyScope(scopes));

    /// <summary>404, 405 and 415: no code of ours runs, and asking for a token would hide what is wrong with the request.</summary>
    private static bool IsRoutingsOwnAnswer(object? resource) =>
        resource is HttpContext context && (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.Count == 0);

    internal static string ScopePolicy(string scope) => $"scope:{scope}";
}
