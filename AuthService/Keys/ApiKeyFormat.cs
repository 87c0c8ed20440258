using System.Buffers.Text;

namespace AuthService.Keys;

/// <summary><c>isk_</c> and 256 random bits in base64url: recognisable in logs and by secret scanners.</summary>
public static class ApiKeyFormat
{
    public const string Start = "isk_";
    private const int PrefixLength = 12; // 48 random bits: enough to look up by, useless to sign in with
    private const int Length = 47;

    public static string Create() => Secret.Create(Start);

    public static string PrefixOf(string key) => key[..PrefixLength];

    /// <summary>Whether it can be a key at all; what can't is refused without asking the database.</summary>
    public static bool IsWellFormed(string? key) =>
        key is { Length: Length } && key.StartsWith(Start, StringComparison.Ordinal) && Base64Url.IsValid(key.AsSpan(Start.Length));
}
