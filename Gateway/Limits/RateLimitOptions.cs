using System.ComponentModel.DataAnnotations;

namespace Gateway.Limits;

/// <summary>How much one caller may ask for. Configured as <c>Gateway:RateLimits</c>; an API key may carry a lower one.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Per user, and per API key that was made without a limit of its own.</summary>
    [Range(1, 10_000_000)]
    public int UserRequestsPerMinute { get; set; } = 6000;

    /// <summary>The most that an API key's own limit counts for; absent: as <see cref="UserRequestsPerMinute"/>, so a key's limit only ever lowers it.</summary>
    [Range(1, 10_000_000)]
    public int? MaxKeyRequestsPerMinute { get; set; }

    /// <summary>Per address: registrations, sign-ins and wrong API keys together.</summary>
    [Range(1, 10_000_000)]
    public int SignInsPerMinute { get; set; } = 120;

    /// <summary>Per address, whoever calls from there: what a whole office behind one address never reaches and a flood does.</summary>
    [Range(1, 10_000_000)]
    public int AddressRequestsPerMinute { get; set; } = 600_000;

    /// <summary>How much of what comes back over time may be asked for at once: a minute's worth. At least one request.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan Burst { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Requests of one caller that are under way at the same time.</summary>
    [Range(1, 1_000_000)]
    public int ConcurrentRequests { get; set; } = 1000;

    /// <summary>Callers remembered at the same time, some 150 bytes each. Beyond it newcomers share buckets.</summary>
    [Range(1, 10_000_000)]
    public int MaxCallers { get; set; } = 200_000;

    /// <summary>Requests that are taken from an API key's daily quota at once, so that not each of them asks AuthService.</summary>
    [Range(1, 10_000)]
    public int QuotaLease { get; set; } = 50;

    /// <param name="own">What a key was made with; null: nothing.</param>
    public int OfKey(int? own) => own is { } limit ? Math.Min(limit, MaxKeyRequestsPerMinute ?? UserRequestsPerMinute) : UserRequestsPerMinute;
}
