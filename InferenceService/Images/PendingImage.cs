namespace InferenceService.Images;

/// <summary>An image that was committed with its prediction because StorageService did not have it in time.</summary>
public sealed record PendingImage
{
    public required string Owner { get; init; }
    public required string Sha256 { get; init; }
    public required string ContentType { get; init; }

    /// <summary>The file as it was received.</summary>
    public required byte[] Bytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it is tried again, after it could not be moved; null: it was not tried yet.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>Why StorageService will never take it; null while it may.</summary>
    public string? Refused { get; set; }
}
