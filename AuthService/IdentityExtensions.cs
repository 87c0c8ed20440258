using AuthService.Keys;
using AuthService.Quotas;
using AuthService.SigningKeys;
using AuthService.Tokens;
using AuthService.Users;
using Microsoft.AspNetCore.Identity;
using ServiceDefaults.Authentication;
using ServiceDefaults.Health;

namespace AuthService;

/// <summary>What this service is made of.</summary>
internal static class IdentityExtensions
{
    /// <summary>Before the service defaults: this service verifies with its own keys instead of fetching them.</summary>
    public static void AddSigningKeys(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<MasterKeyOptions>().BindConfiguration("Auth").Validate(options => options.IsValid(), "Auth:MasterKey is 32 bytes in base64.").ValidateOnStart();
        services.AddOptions<SigningKeyOptions>().BindConfiguration("Auth:SigningKeys").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Sealing>();
        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<IVerificationKeys>(provider => provider.GetRequiredService<SigningKeyRing>());
        services.AddSingleton<SigningKeyKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeyKeeper>());
    }

    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<FirstAdminOptions>().BindConfiguration("Auth:Admin");
        services.AddOptions<KeyOptions>().BindConfiguration("Auth:Keys").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<FirstAdmin>();
        services.AddSingleton<FirstStart>();
        services.AddHostedService(provider => provider.GetRequiredService<FirstStart>());
        services.AddHealthChecks().AddCheck<FirstStart>("signing-keys", tags: [HealthExtensions.Ready]);

        services.AddSingleton<IPasswordHasher<User>, PasswordHasher<User>>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<SignInTurns>();
        services.AddSingleton<ServiceGrant>();
        services.AddScoped<SignInGuard>();
        services.AddScoped<Standings>();
        services.AddScoped<PasswordGrant>();
        services.AddScoped<RefreshTokens>();
        services.AddScoped<Sessions>();
        services.AddScoped<KeyFinder>();
        services.AddScoped<QuotaCounters>();
    }
}
