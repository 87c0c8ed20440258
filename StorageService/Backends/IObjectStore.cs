using StorageService.Objects;

namespace StorageService.Backends;

/// <summary>Where the bytes are: a folder (<see cref="DiskObjectStore"/>) or a bucket (<see cref="S3ObjectStore"/>).</summary>
internal interface IObjectStore
{
    /// <summary>
    /// Takes content in without making it visible, so that its hash can be checked first.
    /// When <paramref name="content"/> throws, nothing is left behind.
    /// </summary>
    Task<IStagedObject> StageAsync(ObjectKey key, Stream content, CancellationToken cancellation);

    /// <summary>A seekable stream, or null when there is no such object.</summary>
    Task<Stream?> OpenAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>False when there is surely no such object; true when there may be one, for a store that can't tell at once.</summary>
    bool MayExist(ObjectKey key);

    Task<bool> ExistsAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>Durable when it returns; no such object is fine.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken cancellation);

    /// <summary>Removes what is left of an owner whose objects are all gone: a folder bears their name.</summary>
    void ForgetOwner(string owner);

    /// <summary>Throws, saying why, when an object could not be stored now.</summary>
    Task CheckWritableAsync(CancellationToken cancellation);
}

/// <summary>Content that is taken in and not yet visible. Disposed without <see cref="CommitAsync"/>, it is gone.</summary>
internal interface IStagedObject : IAsyncDisposable
{
    /// <summary>Makes the object visible at its key, whole, replacing what is there; durable when it returns. Again is harmless.</summary>
    Task CommitAsync(CancellationToken cancellation);
}
