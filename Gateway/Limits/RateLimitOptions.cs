using System.ComponentModel.DataAnnotations;

namespace Gateway.Limits;

/// <summary>How much one caller may ask for. Configured as <c>Gateway:RateLimits</c>; an API key may carry its own.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Per user, and per API key that was made without a limit of its own.</summary>
    [Range(1, 10_000_000)]
    public int UserRequestsPerMinute { get; set; } = 6000;

    /// <summary>Per address: registrations, sign-ins and wrong API keys together.</summary>
    [Range(1, 10_000_000)]
    public int SignInsPerMinute { get; set; } = 120;
}
