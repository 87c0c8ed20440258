using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServiceDefaults.Health;
using ServiceDefaults.Http;

namespace Gateway.Health;

/// <summary>Ready while at least one replica of a service is: without AuthService or a model the gateway has nothing to give.</summary>
public sealed class ServiceCheck(IHttpClientFactory clients, IReadOnlyList<Uri> replicas) : IHealthCheck
{
    internal const string ClientName = "health";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public static void Add(WebApplicationBuilder builder, params string[] services)
    {
        builder.Services.AddHttpClient(ClientName, client => client.Timeout = Deadline);
        foreach (var service in services)
        {
            var replicas = builder.Configuration.ReplicaAddresses(service);
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                service, provider => new ServiceCheck(provider.GetRequiredService<IHttpClientFactory>(), replicas), null, [HealthExtensions.Ready]));
        }
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default)
    {
        var answers = await Task.WhenAll(replicas.Select(replica => IsReadyAsync(replica, cancellation)));
        var ready = answers.Count(answer => answer);
        return ready > 0
            ? HealthCheckResult.Healthy($"{ready} of {replicas.Count} ready")
            : HealthCheckResult.Unhealthy($"none of {replicas.Count} ready");
    }

    private async Task<bool> IsReadyAsync(Uri replica, CancellationToken cancellation)
    {
        try
        {
            using var response = await clients.CreateClient(ClientName).GetAsync(new Uri(replica, "/health/ready"), cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
