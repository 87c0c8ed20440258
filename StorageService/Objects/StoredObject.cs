namespace StorageService.Objects;

/// <summary>What is known of an object besides its bytes.</summary>
internal sealed class StoredObject
{
    public required string Owner { get; init; }

    public required string Sha256 { get; init; }

    public required string Kind { get; init; }

    public required string ContentType { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gone from here on; null when it is kept.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
