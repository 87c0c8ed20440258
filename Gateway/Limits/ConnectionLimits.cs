using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Limits;

/// <summary><see cref="ConnectionOptions"/> in Kestrel's words.</summary>
public static class ConnectionLimits
{
    public static void AddConnectionLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ConnectionOptions>().BindConfiguration("Gateway:Connections").ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection("Gateway:Connections").Get<ConnectionOptions>() ?? new ConnectionOptions();
        builder.WebHost.ConfigureKestrel(kestrel => Apply(kestrel.Limits, options));
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
