using System.Buffers;
using ServiceDefaults.Problems;

namespace StorageService.Objects;

/// <summary>
/// An object's address. Both parts come from alphabets without separators or dots, so that the address is a safe path
/// and a safe key as it stands.
/// </summary>
internal sealed record ObjectKey
{
    private static readonly SearchValues<char>
        OwnerCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        HashCharacters = SearchValues.Create("0123456789abcdef");

    private ObjectKey(string owner, string sha256) => (Owner, Sha256) = (owner, sha256);

    /// <summary>Pseudonymous id of whom it belongs to: 1 to 64 letters, digits, <c>-</c> and <c>_</c>.</summary>
    public string Owner { get; }

    /// <summary>Of the content: 64 lower-case hex digits.</summary>
    public string Sha256 { get; }

    /// <exception cref="ProblemException">400: one of the parts is malformed.</exception>
    public static ObjectKey Parse(string owner, string sha256)
    {
        if (!IsOwner(owner))
            throw ProblemException.Invalid("owner", "The owner must be 1 to 64 letters, digits, '-' or '_'.");
        if (!IsSha256(sha256))
            throw ProblemException.Invalid("sha256", "The hash must be 64 lower-case hex digits.");
        return new ObjectKey(owner, sha256);
    }

    /// <summary>Null when one of the parts is malformed.</summary>
    public static ObjectKey? TryParse(string owner, string sha256) => IsOwner(owner) && IsSha256(sha256) ? new ObjectKey(owner, sha256) : null;

    /// <summary>From the route, for minimal APIs.</summary>
    public static ValueTask<ObjectKey?> BindAsync(HttpContext context) => ValueTask.FromResult<ObjectKey?>(
        Parse((string)context.GetRouteValue("owner")!, (string)context.GetRouteValue("sha256")!));

    public override string ToString() => $"{Owner}/{Sha256}";

    private static bool IsOwner(string owner) => owner.Length is >= 1 and <= 64 && !owner.AsSpan().ContainsAnyExcept(OwnerCharacters);

    private static bool IsSha256(string hash) => hash.Length == 64 && !hash.AsSpan().ContainsAnyExcept(HashCharacters);
}
