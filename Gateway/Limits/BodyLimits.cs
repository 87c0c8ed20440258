using Gateway.Requests;
using Gateway.Routing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace Gateway.Limits;

/// <summary>
/// Refuses a body by its declared length or its encoding before a byte of it is read; counts one that declares no length, and
/// gives every body a time to be complete.
/// </summary>
public static class BodyLimits
{
    public static void UseBodyLimits(this IApplicationBuilder app)
    {
        var configuration = app.ApplicationServices.GetRequiredService<IConfiguration>();
        var options = app.ApplicationServices.GetRequiredService<IOptions<ConnectionOptions>>().Value;
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        app.Use((context, next) =>
        {
            if (RouteTable.Of(context.GetEndpoint()) is not { } route || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
                return next(context);
            var maxBytes = MaxBytes(route, configuration);
            if (context.Request.ContentLength > maxBytes)
                throw TooLarge(maxBytes);
            RefuseEncoding(context.Request, route);
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = maxBytes;
            return TimeAsync(context, next, options.BodyTime(context.Request.ContentLength ?? maxBytes, route.Timeout), time);
        });
    }

    private static async Task TimeAsync(HttpContext context, RequestDelegate next, TimeSpan? limit, TimeProvider time)
    {
        using var body = new TimedBody(context.Request, limit, time, context.Features.Get<RequestEntry>());
        context.Request.Body = body;
        await next(context);
    }

    /// <summary>A packed body goes only where the service counts what it unpacks.</summary>
    private static void RefuseEncoding(HttpRequest request, GatewayRoute route)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase) || route.BodyEncodings.Contains(encoding, StringComparer.OrdinalIgnoreCase))
            return;
        throw ProblemException.UnsupportedType("Content-Encoding", route.BodyEncodings.Count == 0
            ? "This route takes no packed bodies: send it without Content-Encoding."
            : $"This route takes bodies packed as {string.Join(" or ", route.BodyEncodings)}.");
    }

    private static long? MaxBytes(GatewayRoute route, IConfiguration configuration) =>
        route.MaxBodyBytesSetting is null ? route.MaxBodyBytes : configuration.GetValue<long?>(route.MaxBodyBytesSetting) ?? route.MaxBodyBytes;

    public static ProblemException TooLarge(long? limit) =>
        ProblemException.TooLarge("body", $"The request body is larger than the {limit} bytes that this route accepts.");

    /// <summary>The connection is of no use any more: the rest of the body would come first.</summary>
    public static ProblemException TooSlow(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol)) // later versions end the stream, not the connection
        {
            context.Response.OnStarting(static response =>
            {
                ((HttpResponse)response).Headers.Connection = "close";
                return Task.CompletedTask;
            }, context.Response);
        }
        return new ProblemException(StatusCodes.Status408RequestTimeout, "body-too-slow", "The request body came too slowly.") { Field = "body" };
    }
}
