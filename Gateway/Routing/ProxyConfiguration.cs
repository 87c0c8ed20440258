using System.Text;
using ServiceDefaults.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.Routing;

/// <summary>The <see cref="RouteTable"/> and the services' addresses, in YARP's words.</summary>
public static class ProxyConfiguration
{
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(100);

    public static void AddProxy(this WebApplicationBuilder builder)
    {
        builder.Services.AddReverseProxy()
            .LoadFromMemory([.. RouteTable.All.Select(Route)], [.. RouteTable.Services.Select(service => Cluster(builder.Configuration, service))])
            // Kestrel reads header values as UTF-8, so they are passed on as that.
            .ConfigureHttpClient((_, handler) => handler.RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8);
        builder.Services.AddRequestTimeouts();
        // One refused connection among thousands that worked is enough to look elsewhere; the active probe brings a replica back.
        builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(options =>
        {
            options.MinimalTotalCountThreshold = 1;
            options.DefaultFailureRateLimit = 0.0001;
            options.DetectionWindowSize = TimeSpan.FromSeconds(10);
        });
    }

    internal static RouteConfig Route(GatewayRoute route) => new()
    {
        RouteId = route.Id,
        ClusterId = route.Service,
        Match = new RouteMatch { Path = route.Path, Methods = route.Methods.Count == 0 ? null : route.Methods },
        AuthorizationPolicy = route.Access is Access.Anyone or Access.SignIn ? "anonymous" : "default",
        Timeout = route.Timeout,
    };

    internal static ClusterConfig Cluster(IConfiguration configuration, string service)
    {
        var replicas = configuration.ReplicaAddresses(service);
        return new ClusterConfig
        {
            ClusterId = service,
            Destinations = replicas.Index().ToDictionary(replica => $"{service}-{replica.Index}", replica => new DestinationConfig { Address = replica.Item.ToString() }),
            LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
            // With one replica there is no other choice, and its own answer says more than ours.
            HealthCheck = replicas.Count > 1 ? WatchReplicas : null,
            HttpRequest = new ForwarderRequestConfig { ActivityTimeout = SilenceLimit },
        };
    }

    private static HealthCheckConfig WatchReplicas => new()
    {
        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        Active = new ActiveHealthCheckConfig
        {
            Enabled = true,
            Path = "/health/ready",
            Interval = TimeSpan.FromSeconds(1),
            Timeout = TimeSpan.FromSeconds(2),
            Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
        },
        Passive = new PassiveHealthCheckConfig
        {
            Enabled = true,
            Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate,
            ReactivationPeriod = TimeSpan.FromSeconds(5),
        },
    };
}
