using System.Reflection;
using Gateway.ApiDocs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Home;

/// <summary>What a newcomer asks first. These two the gateway answers itself.</summary>
public static class HomeApi
{
    private static readonly string Version = typeof(HomeApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";
    private static readonly string[] Own = ["GET /docs", "GET /openapi.json", "GET /heartbeat", "GET /v1/admin/health"];

    public static void MapHome(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", GetHomeAsync).AllowAnonymous();
        app.MapGet("/heartbeat", () => TypedResults.Ok(new Heartbeat("ok"))).AllowAnonymous();
    }

    private static async Task<Results<Ok<SuiteDescription>, RedirectHttpResult>> GetHomeAsync(HttpRequest request, ApiDocument document, CancellationToken cancellation)
    {
        if (request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
            return TypedResults.Redirect("/docs/");
        var described = (await document.GetAsync(cancellation)).Endpoints;
        return TypedResults.Ok(new SuiteDescription("InferenceSuite", Version, [.. described, .. Own]));
    }
}

/// <param name="Endpoints">What the services say they answer: <c>POST /v1/models/{model}/predict</c>.</param>
public sealed record SuiteDescription(string Name, string Version, IReadOnlyList<string> Endpoints);

public sealed record Heartbeat(string Status);
