using System.Globalization;

namespace Gateway.Limits;

/// <summary>
/// <c>RateLimit-Limit</c>, <c>-Remaining</c>, <c>-Reset</c> (seconds) and <c>-Policy</c>: the form of the IETF draft
/// "RateLimit header fields for HTTP" up to its version 07, which is the one that clients know.
/// </summary>
internal sealed class RateLimitHeaders
{
    private readonly HttpResponse response;
    private readonly Allowance allowance;
    private readonly Grant grant;

    private RateLimitHeaders(HttpResponse response, Allowance allowance, Grant grant) => (this.response, this.allowance, this.grant) = (response, allowance, grant);

    /// <summary>At the last moment, because an error clears what was set before it.</summary>
    public static void Announce(HttpContext context, Allowance allowance, Grant grant) =>
        context.Response.OnStarting(static state => ((RateLimitHeaders)state).Write(), new RateLimitHeaders(context.Response, allowance, grant));

    private Task Write()
    {
        var headers = response.Headers;
        headers["RateLimit-Limit"] = Text(allowance.Burst);
        headers["RateLimit-Remaining"] = Text(grant.Remaining);
        headers["RateLimit-Reset"] = Text((long)Math.Ceiling(grant.Reset.TotalSeconds));
        headers["RateLimit-Policy"] = Text(allowance.Burst) + ";w=" + Text(Window);
        return Task.CompletedTask;
    }

    /// <summary>Seconds in which a whole burst comes back.</summary>
    private long Window => Math.Max(1, (long)Math.Ceiling(allowance.Burst * 60.0 / allowance.PerMinute));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
