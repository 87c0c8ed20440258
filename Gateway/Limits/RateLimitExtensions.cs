using Gateway.Identity;
using Gateway.Routing;
using Microsoft.Extensions.Options;
using ServiceDefaults.Quotas;

namespace Gateway.Limits;

public static class RateLimitExtensions
{
    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("Gateway:RateLimits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddQuotaLeases();
    }

    /// <summary>Behind authorization: only requests that would be forwarded count.</summary>
    public static void UseRateLimits(this IApplicationBuilder app)
    {
        var limits = app.ApplicationServices.GetRequiredService<RateLimits>();
        var quotas = app.ApplicationServices.GetRequiredService<QuotaLeases>();
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        var lease = app.ApplicationServices.GetRequiredService<IOptions<RateLimitOptions>>().Value.QuotaLease;
        app.Use((context, next) => RouteTable.Of(context.GetEndpoint()) is { } route ? LimitAsync(context, next, route) : next(context));

        async Task LimitAsync(HttpContext context, RequestDelegate next, GatewayRoute route)
        {
            using var place = limits.Enter(context, route);
            if (context.Features.Get<Admission>() is { KeyId: { } key, DailyRequests: not null })
                (await quotas.TakeAsync(key, QuotaUnit.Requests, 1, lease, context.RequestAborted)).ThrowIfRefused(QuotaUnit.Requests, time.GetUtcNow());
            await next(context);
        }
    }
}
