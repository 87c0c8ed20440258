using System.Collections.Concurrent;
using InferenceSuite.AppHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Benchmarks.Measure;

/// <summary>The collector behind the suite while it is measured: keeps the last value of every metric, drops spans and logs.</summary>
public sealed class Collector : IAsyncDisposable
{
    public const int ExportMilliseconds = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<Series, double> values = new();
    private readonly ConcurrentDictionary<string, int> exports = new();
    private readonly WebApplication app;

    private Collector(WebApplication app, string endpoint) => (this.app, Endpoint) = (app, endpoint);

    public string Endpoint { get; }

    public static async Task<Collector> StartAsync()
    {
        var endpoint = $"http://127.0.0.1:{Ports.PickFree()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(endpoint);
        var app = builder.Build();
        var collector = new Collector(app, endpoint);
        app.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            collector.Keep(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        app.MapPost("/v1/{signal}", () => Results.Bytes([], "application/x-protobuf"));
        await app.StartAsync();
        return collector;
    }

    /// <summary>Waits until each of these services has exported what it measured until now: two exports, as one may be under way.</summary>
    public async Task SettleAsync(IReadOnlyCollection<string> services, CancellationToken cancellation)
    {
        var before = services.ToDictionary(service => service, service => exports.GetValueOrDefault(service));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var deadline = DateTime.UtcNow + Patience;
        while (before.Any(service => exports.GetValueOrDefault(service.Key) < service.Value + 2))
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"No metrics came within {Patience.TotalSeconds} s from {string.Join(", ", before.Where(s => exports.GetValueOrDefault(s.Key) < s.Value + 2).Select(s => s.Key))}.");
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    /// <summary>A metric's values added up by service. Only series whose attributes hold <paramref name="attribute"/> (<c>name=value</c>), when it is given.</summary>
    public Dictionary<string, double> ByService(string metric, string? attribute = null) => values
        .Where(each => each.Key.Metric == metric && (attribute is null || each.Key.Attributes.Split(',').Contains(attribute)))
        .GroupBy(each => each.Key.Service)
        .ToDictionary(service => service.Key, service => service.Sum(each => each.Value));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private void Keep(byte[] export)
    {
        foreach (var service in Metrics.Read(export).Select(point => { values[point.Series] = point.Value; return point.Series.Service; }).ToHashSet())
            exports.AddOrUpdate(service, 1, (_, count) => count + 1);
    }
}
