using System.ComponentModel.DataAnnotations;

namespace Gateway.Requests;

/// <summary>What is kept of requests. Configured as <c>Gateway:RequestLog</c>.</summary>
public sealed class RequestLogOptions
{
    /// <summary>How much of a caller's address is kept, in the request log and beside predictions.</summary>
    public AddressForm Addresses { get; set; } = AddressForm.Full;

    /// <summary>Records that wait for AuthService; what comes while they do is dropped and counted.</summary>
    [Range(100, 1_000_000)]
    public int Capacity { get; set; } = 20_000;

    /// <summary>Requests a minute that nobody was let in for (401, 404, 429 ...) and that are kept all the same; of more only the number is.</summary>
    [Range(1, 10_000_000)]
    public int UnadmittedPerMinute { get; set; } = 6000;
}

public enum AddressForm
{
    Full,

    /// <summary>The /24 of an IPv4 address, the /48 of an IPv6 address.</summary>
    Truncated,

    /// <summary>A keyed hash. The key is random, lives in this process only, and is another one each day: who comes back within a day is seen, and nobody is found.</summary>
    Hashed,
}
