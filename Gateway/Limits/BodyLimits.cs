using Gateway.Routing;
using Microsoft.AspNetCore.Http.Features;
using ServiceDefaults.Problems;

namespace Gateway.Limits;

/// <summary>Refuses a body by its declared length before a byte of it is read; Kestrel counts the ones that declare none.</summary>
public static class BodyLimits
{
    public static void UseBodyLimits(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (RouteTable.Of(context.GetEndpoint()) is not { } route)
            return next(context);
        var maxBytes = MaxBytes(route, context.RequestServices.GetRequiredService<IConfiguration>());
        if (context.Request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxBytes;
        return next(context);
    });

    private static long? MaxBytes(GatewayRoute route, IConfiguration configuration) =>
        route.MaxBodyBytesSetting is null ? route.MaxBodyBytes : configuration.GetValue<long?>(route.MaxBodyBytesSetting) ?? route.MaxBodyBytes;

    public static ProblemException TooLarge(long? limit) =>
        ProblemException.TooLarge("body", $"The request body is larger than the {limit} bytes that this route accepts.");
}
