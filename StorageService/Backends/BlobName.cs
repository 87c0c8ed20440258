using StorageService.Objects;

namespace StorageService.Backends;

/// <summary>
/// What a store calls an object's bytes. Encrypted ones have a name of their own: what lies under a name is of one kind,
/// whatever a crash or a change of settings left behind.
/// </summary>
internal readonly record struct BlobName(ObjectKey Key, bool Encrypted)
{
    private const string Suffix = ".enc";

    public string Owner => Key.Owner;

    public string Name => Encrypted ? Key.Sha256 + Suffix : Key.Sha256;

    /// <summary>Null for what is not ours.</summary>
    public static BlobName? Parse(string owner, string name)
    {
        var encrypted = name.EndsWith(Suffix, StringComparison.Ordinal);
        return ObjectKey.TryParse(owner, encrypted ? name[..^Suffix.Length] : name) is { } key ? new BlobName(key, encrypted) : null;
    }

    public override string ToString() => $"{Owner}/{Name}";
}

/// <param name="WrittenAt">When it came into the store.</param>
internal readonly record struct StoredBlob(BlobName Name, DateTimeOffset WrittenAt);
