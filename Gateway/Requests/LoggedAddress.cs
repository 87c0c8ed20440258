using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Gateway.Requests;

/// <summary>A caller's address as far as it may be kept.</summary>
public sealed class LoggedAddress(IOptions<RequestLogOptions> options, TimeProvider time)
{
    private const int HashBytes = 12;
    private readonly AddressForm form = options.Value.Addresses;
    private volatile DailyKey? key;

    public string? Of(IPAddress? address)
    {
        if (address is null)
            return null;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return form switch
        {
            AddressForm.Full => address.ToString(),
            AddressForm.Truncated => Truncate(address),
            _ => Hash(address),
        };
    }

    private static string Truncate(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var kept = address.AddressFamily == AddressFamily.InterNetworkV6 ? 6 : 3;
        bytes[kept..length].Clear();
        return $"{new IPAddress(bytes[..length])}/{kept * 8}";
    }

    private string Hash(IPAddress address)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var current = key;
        if (current?.Day != today)
            key = current = new DailyKey(today, RandomNumberGenerator.GetBytes(32)); // two at once: one of them is kept, the other one's few hashes stand alone
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        address.TryWriteBytes(bytes, out var length);
        HMACSHA256.HashData(current.Secret, bytes[..length], hash);
        return Base64Url.EncodeToString(hash[..HashBytes]);
    }

    private sealed record DailyKey(DateOnly Day, byte[] Secret);
}
