using StorageService.Backends;

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

    /// <summary>Of the data key that its bytes are encrypted with; null: they are plain.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>When its bytes were put in place last.</summary>
    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>When its bytes were found to be wrong or gone; null: they were not.</summary>
    public DateTimeOffset? DamagedAt { get; init; }

    public ObjectKey Key => ObjectKey.Parse(Owner, Sha256);

    public BlobName Blob => new(Key, KeyId is not null);
}
