using Gateway.Identity;
using Gateway.Routing;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace Gateway.Limits;

/// <summary>A token bucket per caller and one per address, in a table of fixed size.</summary>
public sealed class RateLimits(IOptions<RateLimitOptions> limits, IOptions<GuestOptions> guests, TimeProvider time)
{
    private readonly BucketTable buckets = new(limits.Value.MaxCallers);
    private readonly TimeSpan burst = limits.Value.Burst;

    /// <summary>One request of the caller, until the place is disposed.</summary>
    /// <exception cref="ProblemException">429.</exception>
    public Place Enter(HttpContext context, GatewayRoute route)
    {
        var limit = CallerLimit.Of(route, context.Features.Get<Admission>(), AddressOf(context), limits.Value, guests.Value);
        var bucket = Take(context, limit);
        if (bucket.TryEnter(limits.Value.ConcurrentRequests))
            return new Place(bucket);
        throw new ProblemException(StatusCodes.Status429TooManyRequests, "too-many-at-once", $"More than {limits.Value.ConcurrentRequests} requests of this caller are under way (Gateway:RateLimits:ConcurrentRequests).")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    }

    /// <summary>Before anything is asked about the caller.</summary>
    /// <exception cref="ProblemException">429.</exception>
    public void CountAddress(HttpContext context)
    {
        var limit = CallerLimit.OfAddress(AddressOf(context), limits.Value);
        var (allowance, now) = (Allowance.Of(limit.RequestsPerMinute, burst), time.GetUtcNow().UtcTicks);
        if (buckets.Find(limit.Bucket, now).Take(allowance, now) is { IsGranted: false } refused)
            throw Refuse(context, limit, allowance, refused);
    }

    /// <exception cref="ProblemException">429: too many wrong keys or passwords came from there.</exception>
    public void ThrowIfGuessing(HttpContext context)
    {
        var limit = CallerLimit.SignIn(AddressOf(context), limits.Value);
        var (allowance, now) = (Allowance.Of(limit.RequestsPerMinute, burst), time.GetUtcNow().UtcTicks);
        if (buckets.Find(limit.Bucket, now).Look(allowance, now) is { IsGranted: false } refused)
            throw Refuse(context, limit, allowance, refused);
    }

    /// <exception cref="ProblemException">429.</exception>
    public void CountWrongKey(HttpContext context) => Take(context, CallerLimit.SignIn(AddressOf(context), limits.Value));

    private Bucket Take(HttpContext context, CallerLimit limit)
    {
        var (allowance, now) = (Allowance.Of(limit.RequestsPerMinute, burst), time.GetUtcNow().UtcTicks);
        var bucket = buckets.Find(limit.Bucket, now);
        var grant = bucket.Take(allowance, now);
        if (!grant.IsGranted)
            throw Refuse(context, limit, allowance, grant);
        RateLimitHeaders.Announce(context, allowance, grant);
        return bucket;
    }

    private static ProblemException Refuse(HttpContext context, CallerLimit limit, Allowance allowance, Grant refused)
    {
        RateLimitHeaders.Announce(context, allowance, refused);
        return new ProblemException(StatusCodes.Status429TooManyRequests, "rate-limited", $"The limit of {limit.RequestsPerMinute} requests a minute for {limit.Whose} is reached.")
        {
            RetryAfter = refused.RetryAfter,
        };
    }

    private static ClientAddress AddressOf(HttpContext context) => ClientAddress.Of(context.Connection.RemoteIpAddress);

    /// <summary>A request's place among those of its caller that are under way.</summary>
    public readonly struct Place : IDisposable
    {
        private readonly Bucket bucket;

        internal Place(Bucket bucket) => this.bucket = bucket;

        public void Dispose() => bucket.Leave();
    }
}
