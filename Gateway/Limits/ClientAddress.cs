using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Limits;

/// <summary>
/// What is limited as one client: an IPv4 address, or the /64 that one IPv6 subscriber has to itself
/// (by single addresses they could be 2^64 clients). <c>default</c>: nobody knows.
/// </summary>
public readonly record struct ClientAddress(UInt128 Value)
{
    public static ClientAddress Of(IPAddress? remote)
    {
        if (remote is null)
            return default;
        if (remote.IsIPv4MappedToIPv6)
            remote = remote.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        return remote.AddressFamily == AddressFamily.InterNetworkV6 && remote.TryWriteBytes(bytes, out _)
            ? new ClientAddress(new UInt128(1, BinaryPrimitives.ReadUInt64BigEndian(bytes)))
            : remote.TryWriteBytes(bytes, out _) ? new ClientAddress(new UInt128(2, BinaryPrimitives.ReadUInt32BigEndian(bytes))) : default;
    }
}
