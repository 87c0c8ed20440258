using System.Buffers;
using System.Security.Cryptography;
using StorageService.Objects;

namespace StorageService.Encryption;

/// <summary>
/// Encrypted content as it was, seekable: only chunks that are read are decrypted, and nothing of a chunk is seen before its
/// tag was found right. Owns the source.
/// </summary>
/// <param name="source">Seekable, and as long as content of <paramref name="length"/> bytes must be.</param>
internal sealed class DecryptingStream(Stream source, DataKey key, ObjectKey address, long length) : ReadOnlyStream
{
    private readonly byte[] header = new byte[CipherFormat.HeaderBytes];
    private byte[]? buffer = ArrayPool<byte>.Shared.Rent(CipherFormat.ChunkBytes + CipherFormat.TagBytes);
    private AesGcm? cipher;
    private long chunk = -1; // the one in the buffer
    private long position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position { get => position; set => Seek(value, SeekOrigin.Begin); }

    /// <exception cref="DamagedContentException">It is not what was stored under this address.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (position >= length && (length > 0 || chunk == 0)) // also of nothing it is checked that it is authentic
            return 0;
        if (position / CipherFormat.ChunkBytes is var wanted && wanted != chunk)
            await LoadAsync(wanted, cancellationToken);
        var offset = (int)(position % CipherFormat.ChunkBytes);
        var count = Math.Min(buffer.Length, LengthOf(chunk) - offset);
        this.buffer.AsMemory(offset, count).CopyTo(buffer);
        position += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => position = Target(offset, origin, position, length);

    protected override void Dispose(bool disposing)
    {
        if (disposing && buffer is not null)
        {
            cipher?.Dispose();
            source.Dispose();
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            buffer = null;
        }
        base.Dispose(disposing);
    }

    private async Task LoadAsync(long wanted, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(buffer is null, this);
        chunk = -1; // the buffer holds nothing that may be seen, until the tag was right
        try
        {
            cipher ??= await ReadHeaderAsync(cancellation);
            if (source.Position != CipherFormat.PositionOf(wanted))
                source.Position = CipherFormat.PositionOf(wanted);
            var count = LengthOf(wanted);
            await source.ReadExactlyAsync(buffer.AsMemory(0, count + CipherFormat.TagBytes), cancellation);
            CipherFormat.Decrypt(cipher, header, buffer, count, wanted, isLast: wanted == CipherFormat.ChunksOf(length) - 1);
            chunk = wanted;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new DamagedContentException($"chunk {wanted} is not authentic", e);
        }
        catch (EndOfStreamException e)
        {
            throw new DamagedContentException("it ends too early", e);
        }
    }

    private async Task<AesGcm> ReadHeaderAsync(CancellationToken cancellation)
    {
        source.Position = 0;
        await source.ReadExactlyAsync(header, cancellation);
        return CipherFormat.IsHeaderOf(header, key.Id)
            ? CipherFormat.CipherFor(header, key, address)
            : throw new DamagedContentException("its header is not the one of its data key");
    }

    private int LengthOf(long chunk) => (int)Math.Min(CipherFormat.ChunkBytes, length - chunk * CipherFormat.ChunkBytes);
}
