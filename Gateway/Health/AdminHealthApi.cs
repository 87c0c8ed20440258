using System.Text.Json;
using Gateway.Routing;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Http;

namespace Gateway.Health;

/// <summary>How every replica of every service feels, in its own words, for administrators.</summary>
public static class AdminHealthApi
{
    public static void MapAdminHealth(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/admin/health", GetAsync).RequireScope(Scopes.Admin)
            .WithSummary("Every service's readiness, with the checks that it consists of").WithTags("Admin");

    private static async Task<Ok<SuiteHealth>> GetAsync(IConfiguration configuration, IHttpClientFactory clients, CancellationToken cancellation)
    {
        using var client = clients.CreateClient(ServiceCheck.ClientName);
        var replicas = await Task.WhenAll(RouteTable.Services.Append("storage").Order(StringComparer.Ordinal)
            .SelectMany(service => configuration.ReplicaAddresses(service).Select((address, index) => AskAsync(client, service, index, address, cancellation))));
        return TypedResults.Ok(new SuiteHealth(replicas.All(replica => replica.Status == "healthy") ? "healthy" : "unhealthy", replicas));
    }

    private static async Task<ReplicaHealth> AskAsync(HttpClient client, string service, int replica, Uri address, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/health/ready"), cancellation);
            var report = await answer.Content.ReadFromJsonAsync<Report>(cancellation);
            return new ReplicaHealth(service, replica, report?.Status ?? "unhealthy", report?.Checks);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return new ReplicaHealth(service, replica, "unreachable", null);
        }
    }

    private sealed record Report(string Status, Dictionary<string, CheckHealth>? Checks);
}

/// <param name="Status"><c>healthy</c> when all are.</param>
public sealed record SuiteHealth(string Status, IReadOnlyList<ReplicaHealth> Services);

/// <param name="Status"><c>healthy</c>, <c>degraded</c>, <c>unhealthy</c>, or <c>unreachable</c> within two seconds.</param>
public sealed record ReplicaHealth(string Service, int Replica, string Status, IReadOnlyDictionary<string, CheckHealth>? Checks);

public sealed record CheckHealth(string Status, string? Description);
