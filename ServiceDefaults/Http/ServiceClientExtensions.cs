using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Http;

public static class ServiceClientExtensions
{
    /// <summary>A typed client of another service that speaks as this service with <paramref name="scope"/>.</summary>
    /// <param name="timeout">For a whole call; a caller that needs a shorter one passes a token.</param>
    public static IHttpClientBuilder AddServiceClient<TClient>(
        this IServiceCollection services, string service, string scope, TimeSpan timeout) where TClient : class =>
        services.AddHttpClient<TClient>((provider, client) =>
            {
                client.BaseAddress = provider.GetRequiredService<IConfiguration>().ReplicaAddresses(service)[0];
                client.Timeout = timeout;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(2),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .AddHttpMessageHandler(provider => new ServiceTokenHandler(provider.GetRequiredService<ServiceTokens>(), scope));
}
