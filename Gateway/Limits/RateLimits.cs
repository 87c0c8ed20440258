using System.Globalization;
using System.Threading.RateLimiting;
using Gateway.Identity;
using Gateway.Routing;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace Gateway.Limits;

/// <summary>A token bucket per caller: a minute's worth at once, then as it refills. .NET drops a bucket that has been full for a while.</summary>
public sealed class RateLimits(IOptions<RateLimitOptions> limits, IOptions<GuestOptions> guests) : IDisposable
{
    private readonly PartitionedRateLimiter<CallerLimit> buckets = PartitionedRateLimiter.Create<CallerLimit, string>(limit =>
        RateLimitPartition.GetTokenBucketLimiter(limit.Bucket, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit.RequestsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / limit.RequestsPerMinute,
            QueueLimit = 0,
        }));

    public CallerLimit LimitOf(HttpContext context, GatewayRoute route) =>
        CallerLimit.Of(route, context.Features.Get<Admission>(), ClientAddress.Of(context.Connection.RemoteIpAddress), limits.Value, guests.Value);

    public CallerLimit SignInLimitOf(HttpContext context) => CallerLimit.SignIn(ClientAddress.Of(context.Connection.RemoteIpAddress), limits.Value);

    /// <param name="requests">Zero only asks whether there is anything left.</param>
    /// <exception cref="ProblemException">429.</exception>
    public void Take(CallerLimit limit, int requests)
    {
        using var lease = buckets.AttemptAcquire(limit, requests);
        if (lease.IsAcquired)
            return;
        throw new ProblemException(StatusCodes.Status429TooManyRequests, "rate-limited", $"The limit of {limit.RequestsPerMinute} requests a minute for {limit.Whose} is reached.")
        {
            RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var delay) ? delay : TimeSpan.FromMinutes(1) / limit.RequestsPerMinute,
        };
    }

    public long Remaining(CallerLimit limit) => buckets.GetStatistics(limit)?.CurrentAvailablePermits ?? limit.RequestsPerMinute;

    public void Dispose() => buckets.Dispose();
}

/// <summary>Guessing API keys is throttled like guessing passwords, from the same bucket.</summary>
public sealed class FailedKeyLimit(RateLimits limits)
{
    /// <exception cref="ProblemException">429.</exception>
    public void ThrowIfExceeded(HttpContext context) => limits.Take(limits.SignInLimitOf(context), 0);

    public void Count(HttpContext context) => limits.Take(limits.SignInLimitOf(context), 1);
}

public static class RateLimitExtensions
{
    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("Gateway:RateLimits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddSingleton<FailedKeyLimit>();
    }

    /// <summary>Behind authorization: only requests that would be forwarded count.</summary>
    public static void UseRateLimits(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (RouteTable.Of(context.GetEndpoint()) is not { } route)
            return next(context);

        var limits = context.RequestServices.GetRequiredService<RateLimits>();
        var limit = limits.LimitOf(context, route);
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["RateLimit-Limit"] = limit.RequestsPerMinute.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["RateLimit-Remaining"] = limits.Remaining(limit).ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        limits.Take(limit, 1);
        return next(context);
    });
}
