using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AuthService;

/// <summary>Random credentials: 256 bits, so their SHA-256 can be stored without salt or stretching.</summary>
public static class Secret
{
    /// <returns>The prefix and 43 characters of base64url.</returns>
    public static string Create(string prefix) => prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
