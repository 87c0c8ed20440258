using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Http;

/// <summary>Who this process is towards the other services. Configured as <c>ServiceIdentity:Name</c> and <c>:Secret</c>.</summary>
public sealed class ServiceIdentity
{
    /// <summary>The service's name: <c>inference</c>, not <c>inference-0</c>. Queues and event sources carry it.</summary>
    [Required]
    public string Name { get; init; } = "";

    /// <summary>What AuthService's client-credentials grant asks for. The same in every service; never logged.</summary>
    [Required, MinLength(16)]
    public string Secret { get; init; } = "";

    /// <summary>This process among the replicas of the service; for people who read events and logs.</summary>
    public string Instance { get; init; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}

public static class ServiceIdentityExtensions
{
    internal static void AddServiceIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ServiceIdentity>().Bind(configuration.GetSection("ServiceIdentity")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<ServiceIdentity>>().Value);
        services.AddSingleton<ServiceTokens>();
        services.AddHttpClient(ServiceTokens.ClientName, (provider, client) =>
        {
            client.BaseAddress = provider.GetRequiredService<IConfiguration>().ServiceAddress("auth");
            client.Timeout = TimeSpan.FromSeconds(5);
        });
    }
}
