using MassTransit;
using Microsoft.AspNetCore.Authentication;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using ServiceDefaults.Messaging;

namespace Gateway.Identity;

public static class IdentityExtensions
{
    private static readonly TimeSpan ExchangeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Authentication at the edge, in place of the services' own, and what it needs of AuthService.</summary>
    public static void AddEdgeIdentity(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GuestOptions>().BindConfiguration("Gateway:Guest").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Guests>();
        builder.Services.AddServiceClient<ExchangeClient>("auth", Scopes.Service.Exchange, ExchangeTimeout);
        builder.Services.AddSingleton<ExchangedTokens>();
        builder.Services.AddSingleton<RevokedKeys>();
        builder.Services.AddSingleton<ChangedUsers>();
        builder.Services.AddServiceClient<ChangedUsersClient>("auth", Scopes.Service.Users, ExchangeTimeout);
        builder.Services.AddHostedService<ChangedUsersPoll>();
        builder.AddMessaging(bus =>
        {
            bus.AddConsumer<ApiKeyRevokedConsumer, ApiKeyRevokedDefinition>();
            bus.AddConsumer<UserChangedConsumer, UserChangedDefinition>();
        });
        builder.Services.AddAuthentication(EdgeAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, EdgeAuthenticationHandler>(EdgeAuthenticationHandler.SchemeName, null);
    }
}
