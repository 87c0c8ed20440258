using System.Buffers;
using System.Security.Cryptography;
using StorageService.Objects;

namespace StorageService.Encryption;

/// <summary>Reads content encrypted, as <see cref="CipherFormat"/> says, a chunk at a time in one rented buffer. The source stays its owner's.</summary>
internal sealed class EncryptingStream : ReadOnlyStream
{
    private readonly Stream source;
    private readonly AesGcm cipher;
    private readonly byte[] header = new byte[CipherFormat.HeaderBytes];
    private byte[]? buffer = ArrayPool<byte>.Shared.Rent(CipherFormat.ChunkBytes + CipherFormat.TagBytes);
    private int start, end;   // of what is ready in the buffer
    private byte next;        // the first byte of the chunk after: only then it is known that there is one
    private bool hasNext, ended;
    private long chunk;

    public EncryptingStream(Stream source, DataKey key, ObjectKey address)
    {
        this.source = source;
        CipherFormat.WriteHeader(header, key.Id);
        cipher = CipherFormat.CipherFor(header, key, address);
        header.CopyTo(buffer, 0);
        end = header.Length;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var filled = 0;
        while (filled < buffer.Length) // a few large writes are cheaper than many
        {
            if (start == end)
            {
                if (ended)
                    break;
                await FillAsync(cancellationToken);
            }
            var count = Math.Min(buffer.Length - filled, end - start);
            this.buffer.AsMemory(start, count).CopyTo(buffer[filled..]);
            start += count;
            filled += count;
        }
        return filled;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && buffer is not null)
        {
            cipher.Dispose();
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            buffer = null;
        }
        base.Dispose(disposing);
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(buffer is null, this);
        var length = 0;
        if (hasNext)
            buffer[length++] = next;
        hasNext = false;
        while (length <= CipherFormat.ChunkBytes)
        {
            var read = await source.ReadAsync(buffer.AsMemory(length, CipherFormat.ChunkBytes + 1 - length), cancellation);
            if (read == 0)
                break;
            length += read;
        }
        if (length > CipherFormat.ChunkBytes)
            (length, next, hasNext) = (CipherFormat.ChunkBytes, buffer[CipherFormat.ChunkBytes], true);
        CipherFormat.Encrypt(cipher, header, buffer, length, chunk++, isLast: !hasNext);
        (start, end, ended) = (0, length + CipherFormat.TagBytes, !hasNext);
    }
}
