using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;
using ServiceDefaults.Http;

namespace Gateway.ApiDocs;

/// <summary>The suite's OpenAPI document, put together from what the services say of themselves. A service that is away is left out.</summary>
public sealed partial class ApiDocument(IHttpClientFactory clients, IConfiguration configuration, TimeProvider time, ILogger<ApiDocument> logger)
{
    internal const string ClientName = "openapi";
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim gate = new(1, 1);
    private (string Json, DateTimeOffset At)? current;

    public async Task<string> GetAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (current is not { } held || time.GetUtcNow() - held.At > MaxAge)
                current = held = (await MergeAsync(cancellation), time.GetUtcNow());
            return held.Json;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<string> MergeAsync(CancellationToken cancellation)
    {
        var documents = await Task.WhenAll(RouteTable.Services.Select(service => FetchAsync(service, cancellation)));
        return OpenApiMerger.Merge(
            documents.OfType<(string, JsonObject)>(), "v1",
            isRouted: (service, path) => RouteOf(service, path) is not null,
            isAnonymous: (service, path) => RouteOf(service, path)?.Access is Access.Anyone or Access.SignIn).ToJsonString();
    }

    private async Task<(string, JsonObject)?> FetchAsync(string service, CancellationToken cancellation)
    {
        if (configuration.ReplicaAddresses(service) is not [var address, ..])
            return null;
        try
        {
            var document = await clients.CreateClient(ClientName).GetFromJsonAsync<JsonObject>(new Uri(address, "/openapi/v1.json"), cancellation);
            return document is null ? null : (service, document);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || e is TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            LogLeftOut(logger, service, e.Message);
            return null;
        }
    }

    private static GatewayRoute? RouteOf(string service, string path) =>
        RouteTable.All.FirstOrDefault(route => route.Service == service && Matches(route.Path, path));

    private static bool Matches(string pattern, string path) =>
        new TemplateMatcher(new RouteTemplate(RoutePatternFactory.Parse(pattern)), []).TryMatch(path, []);

    [LoggerMessage(LogLevel.Information, "The API document lacks {Service}: {Reason}")]
    private static partial void LogLeftOut(ILogger logger, string service, string reason);
}
