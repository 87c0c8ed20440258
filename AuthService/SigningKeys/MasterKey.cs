using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AuthService.SigningKeys;

/// <summary><c>Auth</c>.</summary>
public sealed class MasterKeyOptions
{
    /// <summary>32 bytes in base64. Absent: signing keys lie in the database as they are.</summary>
    public string? MasterKey { get; init; }

    public bool IsValid() => string.IsNullOrEmpty(MasterKey) || Convert.TryFromBase64String(MasterKey, new byte[MasterKey.Length], out var length) && length == Sealing.KeyBytes;
}

/// <summary>Seals what lies in the database with <c>Auth:MasterKey</c>: AES-256-GCM, bound to the name of what is sealed.</summary>
public sealed class Sealing(IOptions<MasterKeyOptions> options)
{
    internal const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[]? key = string.IsNullOrEmpty(options.Value.MasterKey) ? null : Convert.FromBase64String(options.Value.MasterKey);

    public bool IsConfigured => key is not null;

    /// <returns>Nonce, tag and ciphertext.</returns>
    public byte[] Seal(string name, ReadOnlySpan<byte> plain)
    {
        var result = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(key!, TagBytes);
        aes.Encrypt(result.AsSpan(0, NonceBytes), plain, result.AsSpan(NonceBytes + TagBytes), result.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(name));
        return result;
    }

    /// <exception cref="InvalidOperationException">There is no master key, or it is another one.</exception>
    public byte[] Open(string name, ReadOnlySpan<byte> content)
    {
        if (key is null)
            throw new InvalidOperationException("The signing keys in the database are sealed, and Auth:MasterKey is not configured.");
        try
        {
            var plain = new byte[content.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(key, TagBytes);
            aes.Decrypt(content[..NonceBytes], content[(NonceBytes + TagBytes)..], content.Slice(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(name));
            return plain;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or OverflowException)
        {
            throw new InvalidOperationException("Auth:MasterKey is not the one that the signing keys in the database were sealed with.", e);
        }
    }
}
