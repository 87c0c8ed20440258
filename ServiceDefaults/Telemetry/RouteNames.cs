using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace ServiceDefaults.Telemetry;

internal static class RouteNames
{
    /// <summary>Names a request's span by method and route (OpenTelemetry's convention), which .NET's own span leaves out.</summary>
    public static IApplicationBuilder UseRouteNames(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } span && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            var name = route.Length > 1 ? route.TrimEnd('/') : route;
            span.SetTag("http.route", name);
            span.DisplayName = $"{context.Request.Method} {name}";
        }
        return next(context);
    });
}
