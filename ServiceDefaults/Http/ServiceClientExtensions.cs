using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Http;

public static class ServiceClientExtensions
{
    /// <summary>
    /// What every client of this process talks through. Not through the environment's <c>HTTP_PROXY</c>: the services are
    /// near, and their tokens and the callers' would travel through it.
    /// </summary>
    internal static void AddDirectHttp(this IServiceCollection services) =>
        services.ConfigureHttpClientDefaults(client => client.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        }));

    /// <summary>A typed client of another service that speaks as this service with <paramref name="scope"/>.</summary>
    /// <param name="timeout">For a whole call; a caller that needs a shorter one passes a token.</param>
    public static IHttpClientBuilder AddServiceClient<TClient>(
        this IServiceCollection services, string service, string scope, TimeSpan timeout) where TClient : class =>
        services.AddReplicaClient<TClient>(scope, timeout)
            .ConfigureHttpClient((provider, client) => client.BaseAddress = provider.GetRequiredService<IConfiguration>().ReplicaAddresses(service)[0]);

    /// <summary>The same of one that chooses by itself which replica it asks.</summary>
    public static IHttpClientBuilder AddReplicaClient<TClient>(this IServiceCollection services, string scope, TimeSpan timeout) where TClient : class =>
        services.AddHttpClient<TClient>(client => client.Timeout = timeout)
            .AddHttpMessageHandler(provider => new ServiceTokenHandler(provider.GetRequiredService<ServiceTokens>(), scope));
}
