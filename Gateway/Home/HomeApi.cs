using System.Reflection;
using Gateway.Routing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Home;

/// <summary>What a newcomer asks first. These two the gateway answers itself.</summary>
public static class HomeApi
{
    private static readonly string Version = typeof(HomeApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static readonly SuiteDescription Description = new(
        "InferenceSuite", Version,
        [.. RouteTable.All.Select(route => route.Path.Replace("/{**rest}", "", StringComparison.Ordinal)).Concat(["/docs", "/openapi.json", "/heartbeat"]).Distinct()]);

    public static void MapHome(this IEndpointRouteBuilder app)
    {
        app.MapGet("/", GetHome).AllowAnonymous();
        app.MapGet("/heartbeat", () => TypedResults.Ok(new Heartbeat("ok"))).AllowAnonymous();
    }

    private static Results<Ok<SuiteDescription>, RedirectHttpResult> GetHome(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            ? TypedResults.Redirect("/docs/")
            : TypedResults.Ok(Description);
}

public sealed record SuiteDescription(string Name, string Version, IReadOnlyList<string> Endpoints);

public sealed record Heartbeat(string Status);
