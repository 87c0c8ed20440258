using Gateway.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Gateway.Limits;

/// <summary><see cref="ConnectionOptions"/> in Kestrel's words.</summary>
public static class ConnectionLimits
{
    public static void AddConnectionLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ConnectionOptions>().BindConfiguration("Gateway:Connections").ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection("Gateway:Connections").Get<ConnectionOptions>() ?? new ConnectionOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Apply(kestrel.Limits, options);
            var services = kestrel.ApplicationServices;
            var connections = new AddressConnections(
                options.MaxConnectionsPerAddress, services.GetRequiredService<IOptions<ForwardingOptions>>().Value,
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<AddressConnections>>());
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(connections.Limit));
        });
    }

    private static void Apply(KestrelServerLimits limits, ConnectionOptions options)
    {
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = options.KeepAlive;
        limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        limits.MinRequestBodyDataRate = new MinDataRate(options.MinBodyBytesPerSecond, options.BodyGrace);
        limits.Http2.MaxStreamsPerConnection = options.Http2Streams;
    }
}
