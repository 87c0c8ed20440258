using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Integration.Gateway;

/// <summary>A service behind the gateway that answers with what it was sent.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication app;

    private Upstream(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    /// <summary>Requests that arrived and are not answered yet, by path.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> Arrived { get; } = new();

    /// <summary>Requests whose caller went away, by path.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> Aborted { get; } = new();

    /// <summary>Requests whose body's first bytes are here, by query.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> FirstBytes { get; } = new();

    /// <summary>What <see cref="GatewayApplication"/> is told with every answer, as InferenceService does.</summary>
    public int? ItemCount { get; set; }

    public int Requests => Volatile.Read(ref requests);

    private int requests;

    /// <param name="address">Of one that was there before; absent: a free one.</param>
    public static async Task<Upstream> StartNewAsync(string address = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        var upstream = new Upstream(builder.Build());
        upstream.Map();
        await upstream.app.StartAsync();
        return upstream;
    }

    private void Map()
    {
        app.MapGet("/health/ready", () => "ready");
        app.MapGet("/openapi/v1.json", () => Results.Text(
            """{"openapi":"3.1.1","paths":{"/v1/models":{"get":{"responses":{"200":{"description":"OK"}}}},"/internal/secret":{"get":{"responses":{}}}}}""", "application/json"));
        app.Map("/v1/tasks/hang", HangAsync);
        app.MapFallback(EchoAsync);
    }

    /// <summary>Waits for the caller to give up.</summary>
    private async Task HangAsync(HttpContext context)
    {
        var name = context.Request.QueryString.ToString();
        Arrived.GetOrAdd(name, _ => new()).TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        Aborted.GetOrAdd(name, _ => new()).TrySetResult();
    }

    private async Task EchoAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        long bytes = 0;
        var buffer = new byte[64 * 1024];
        var query = context.Request.QueryString.ToString();
        try
        {
            for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
            {
                bytes += read;
                FirstBytes.GetOrAdd(query, _ => new()).TrySetResult();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            Aborted.GetOrAdd(query, _ => new()).TrySetResult();
            return;
        }
        if (ItemCount is { } items)
            context.Response.Headers["X-Item-Count"] = $"{items}";
        context.Response.Headers["X-Request-Id"] = "the service's own";
        context.Response.Headers["X-Upstream"] = Address;
        await context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["path"] = context.Request.Path.ToString(),
            ["bytes"] = bytes,
            ["headers"] = new JsonObject(context.Request.Headers.Select(header => KeyValuePair.Create<string, JsonNode?>(header.Key.ToLowerInvariant(), header.Value.ToString()))),
        }, (JsonSerializerOptions?)null);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
