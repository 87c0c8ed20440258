using System.Net;
using System.Net.Sockets;

namespace Gateway.Limits;

public static class ClientAddress
{
    /// <summary>
    /// What is limited as one client: an IPv4 address, or the /64 that one IPv6 subscriber has to itself
    /// (by single addresses they could be 2^64 clients).
    /// </summary>
    public static string Of(IPAddress? remote)
    {
        if (remote is null)
            return "unknown";
        if (remote.IsIPv4MappedToIPv6)
            remote = remote.MapToIPv4();
        return remote.AddressFamily == AddressFamily.InterNetworkV6 ? $"{Convert.ToHexStringLower(remote.GetAddressBytes().AsSpan(0, 8))}::/64" : remote.ToString();
    }
}
