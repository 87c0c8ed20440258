using System.Security.Cryptography;

namespace StorageService.Objects;

/// <summary>
/// Plain content that is hashed on its way, when it is read from its beginning to its end: the last bytes are given out only
/// when the hash is right. A part of it can't be checked so. Owns the source.
/// </summary>
internal sealed class VerifiedStream(Stream source, ObjectKey address, long length) : ReadOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long hashed, position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position { get => position; set => Seek(value, SeekOrigin.Begin); }

    /// <exception cref="DamagedContentException">It is not what was stored under this address.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        if (read == 0 && position < length)
            throw new DamagedContentException("it ends too early");
        if (position == hashed)
        {
            hash.AppendData(buffer.Span[..read]);
            hashed += read;
        }
        position += read;
        if (hashed == length && position == length && Convert.ToHexStringLower(hash.GetCurrentHash()) != address.Sha256)
            throw new DamagedContentException("its hash is another");
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = Target(offset, origin, position, length);
        if (target != position)
            source.Position = target;
        return position = target;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            hash.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}
