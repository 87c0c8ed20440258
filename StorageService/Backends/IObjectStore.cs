namespace StorageService.Backends;

/// <summary>Where the bytes are: a folder (<see cref="DiskObjectStore"/>) or a bucket (<see cref="S3ObjectStore"/>).</summary>
internal interface IObjectStore
{
    /// <summary>How many groups of puts may be committed at once: more where a commit is a wait for somebody else.</summary>
    int CommitLanes { get; }

    /// <summary>
    /// Takes content in without making it visible, so that its hash can be checked first.
    /// When <paramref name="content"/> throws, nothing is left behind.
    /// </summary>
    Task<IStagedObject> StageAsync(BlobName name, Stream content, CancellationToken cancellation);

    /// <summary>Makes contents that were staged here visible under their names, whole, replacing what is there; durable when it returns. Again is harmless.</summary>
    Task CommitAsync(IReadOnlyList<IStagedObject> staged, CancellationToken cancellation);

    /// <summary>A seekable stream, or null when there is no such object.</summary>
    Task<Stream?> OpenAsync(BlobName name, CancellationToken cancellation);

    /// <summary>False when there is surely no such object; true when there may be one, for a store that can't tell at once.</summary>
    bool MayExist(BlobName name);

    Task<bool> ExistsAsync(BlobName name, CancellationToken cancellation);

    /// <summary>Durable when it returns; no such object is fine.</summary>
    Task DeleteAsync(BlobName name, CancellationToken cancellation);

    /// <summary>All that is visible, of one owner or (null) of all, a page at a time. What is not ours is left out.</summary>
    IAsyncEnumerable<StoredBlob> ListAsync(string? owner, CancellationToken cancellation);

    /// <summary>Removes what a process that died was taking in: that which was last touched before a time. Returns how many.</summary>
    Task<int> RemoveAbandonedAsync(DateTimeOffset before, CancellationToken cancellation);

    /// <summary>Removes what still bears an owner's name when no object of theirs is left.</summary>
    void ForgetOwner(string owner);

    /// <summary>Throws, saying why, when an object could not be stored now.</summary>
    Task CheckWritableAsync(CancellationToken cancellation);
}

/// <summary>Content that is taken in and not yet visible. Disposed without being committed, it is gone.</summary>
internal interface IStagedObject : IAsyncDisposable;
