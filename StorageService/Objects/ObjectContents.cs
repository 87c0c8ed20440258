using System.Buffers;
using StorageService.Backends;
using StorageService.Encryption;

namespace StorageService.Objects;

/// <summary>What objects contain, checked on the way out: never other bytes than those that were stored.</summary>
internal sealed class ObjectContents(IObjectStore store, DataKeys keys)
{
    /// <summary>Up to here an object is read and checked whole before the first byte is given out.</summary>
    public const int CheckedFirst = 1 << 20;

    /// <summary>A seekable stream that throws <see cref="DamagedContentException"/> rather than give out wrong bytes; null when the bytes are gone.</summary>
    public async Task<Stream?> OpenAsync(StoredObject known, CancellationToken cancellation)
    {
        var blob = await store.OpenAsync(known.Blob, cancellation);
        if (blob is null)
            return null;
        try
        {
            if (known.KeyId is not { } id)
            {
                RefuseOtherLength(blob, known.Bytes);
                return new VerifiedStream(blob, known.Key, known.Bytes);
            }
            RefuseOtherLength(blob, CipherFormat.StoredLength(known.Bytes));
            if (await keys.FindAsync(id, cancellation) is { } key)
                return new DecryptingStream(blob, key, known.Key, known.Bytes);
            await blob.DisposeAsync(); // erased since its row was read
            return null;
        }
        catch
        {
            await blob.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same, checked as far as can be before an answer begins: whole when it is small, its first chunk else.</summary>
    public async Task<Stream?> OpenCheckedAsync(StoredObject known, bool fromStart, CancellationToken cancellation)
    {
        var content = await OpenAsync(known, cancellation);
        if (content is null)
            return null;
        if (known.Bytes <= CheckedFirst)
        {
            await using (content)
                return await RentedContent.ReadAsync(content, cancellation);
        }
        if (fromStart && known.KeyId is not null)
        {
            try
            {
                await content.ReadExactlyAsync(new byte[1], cancellation);
                content.Position = 0; // the chunk stays in its buffer
            }
            catch
            {
                await content.DisposeAsync();
                throw;
            }
        }
        return content;
    }

    private static void RefuseOtherLength(Stream blob, long expected)
    {
        if (blob.Length != expected)
            throw new DamagedContentException($"{blob.Length} bytes are stored of {expected}");
    }

    /// <summary>A small object in rented memory.</summary>
    private sealed class RentedContent : MemoryStream
    {
        private byte[]? rented;

        private RentedContent(byte[] rented, int length) : base(rented, 0, length, writable: false) => this.rented = rented;

        public static async Task<RentedContent> ReadAsync(Stream content, CancellationToken cancellation)
        {
            var length = (int)content.Length;
            var rented = ArrayPool<byte>.Shared.Rent(length + 1);
            try
            {
                // One byte more: that there is none shows the stream its end.
                if (await content.ReadAtLeastAsync(rented.AsMemory(0, length + 1), length + 1, throwOnEndOfStream: false, cancellation) != length)
                    throw new DamagedContentException("its length is another");
                return new RentedContent(rented, length);
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(rented);
                throw;
            }
        }

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing && Interlocked.Exchange(ref rented, null) is { } mine)
                ArrayPool<byte>.Shared.Return(mine);
        }
    }
}
