using System.ComponentModel.DataAnnotations;

namespace Gateway.Limits;

/// <summary>What one connection may cost. Configured as <c>Gateway:Connections</c>.</summary>
public sealed class ConnectionOptions
{
    /// <summary>Open at the same time; more are closed at once.</summary>
    [Range(1, 1_000_000)]
    public long MaxConnections { get; set; } = 20_000;

    /// <summary>Of them from one address; more are closed at once. Known proxies (<c>Gateway:ForwardedHeaders</c>) are not counted.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 1_000;

    /// <summary>For a request's line and headers to arrive; then 408.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Without a request on it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Of all headers together; then 431.</summary>
    [Range(1024, 1024 * 1024)]
    public int MaxHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>Requests under way on one HTTP/2 connection.</summary>
    [Range(1, 10_000)]
    public int Http2Streams { get; set; } = 100;

    /// <summary>A body that comes more slowly than this for longer than <see cref="BodyGrace"/> is cut off with 408.</summary>
    [Range(1, 1_000_000_000)]
    public double MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>A body may take <see cref="BodyGrace"/> and its size over this: by its declared length, or the most that its route accepts. Then 408.</summary>
    [Range(1, 1_000_000_000)]
    public double BodyBytesPerSecond { get; set; } = 32 * 1024;

    [Range(typeof(TimeSpan), "00:00:01.100", "00:10:00")] // Kestrel looks once a second
    public TimeSpan BodyGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <param name="bytes">Declared or allowed; null: no limit.</param>
    /// <param name="routeTimeout">Null: none.</param>
    public TimeSpan? BodyTime(long? bytes, TimeSpan? routeTimeout)
    {
        // Within the route's time, so that who was too slow is told that, and not that a service was.
        var withinRoute = routeTimeout * 0.9;
        if (bytes is not { } size || size / BodyBytesPerSecond > TimeSpan.FromDays(7).TotalSeconds)
            return withinRoute;
        var bySize = BodyGrace + TimeSpan.FromSeconds(size / BodyBytesPerSecond);
        return bySize < withinRoute || withinRoute is null ? bySize : withinRoute;
    }
}
