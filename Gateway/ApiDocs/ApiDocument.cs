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
    private (MergedDocument Document, DateTimeOffset At)? current;

    public async Task<MergedDocument> GetAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            if (current is not { } held || time.GetUtcNow() - held.At > MaxAge)
                current = held = (await MergeAsync(cancellation), time.GetUtcNow());
            return held.Document;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<MergedDocument> MergeAsync(CancellationToken cancellation)
    {
        var documents = await Task.WhenAll(RouteTable.Services.Select(service => FetchAsync(service, cancellation)));
        var merged = OpenApiMerger.Merge(
            documents.OfType<(string, JsonObject)>(), "v1",
            isRouted: (service, path) => RouteOf(service, path) is not null,
            isAnonymous: (service, path) => RouteOf(service, path)?.Access is Access.Anyone or Access.SignIn);
        return new MergedDocument(merged.ToJsonString(), [.. EndpointsOf(merged)]);
    }

    private static IEnumerable<string> EndpointsOf(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select $"{operation.Key.ToUpperInvariant()} {path.Key}";

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

/// <param name="Endpoints">What it describes: <c>POST /v1/models/{model}/predict</c>.</param>
public sealed record MergedDocument(string Json, IReadOnlyList<string> Endpoints);
