using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using StorageService.Objects;

namespace StorageService.Encryption;

/// <summary>
/// How encrypted bytes lie in a store: a header, then chunks of 64 KiB (the last one shorter, or of 0 bytes), each followed by its tag.
/// <code>magic "ISEO" (4) | version 1 (1) | 0 0 0 (3) | data key's id (16) | salt (32) | chunk ‖ tag (16) | ...</code>
/// Each object has a key of its own: HKDF-SHA256 of the data key with the salt and the object's hash. So a chunk's nonce can
/// be its index and whether it is the last, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): what is
/// cut off, moved, repeated, or taken from another object is not authentic. The header is authenticated with every chunk.
/// </summary>
internal static class CipherFormat
{
    public const int ChunkBytes = 64 * 1024, TagBytes = 16, HeaderBytes = 56;
    private const int NonceBytes = 12, KeyIdAt = 8, SaltAt = 24;
    private static ReadOnlySpan<byte> Magic => "ISEO\u0001\0\0\0"u8;

    /// <summary>In the store, of content with so many bytes.</summary>
    public static long StoredLength(long plain) => HeaderBytes + plain + TagBytes * ChunksOf(plain);

    /// <summary>Where a chunk begins in the store.</summary>
    public static long PositionOf(long chunk) => HeaderBytes + chunk * (ChunkBytes + TagBytes);

    public static long ChunksOf(long plain) => Math.Max(1, (plain + ChunkBytes - 1) / ChunkBytes);

    public static void WriteHeader(Span<byte> header, Guid keyId)
    {
        Magic.CopyTo(header);
        keyId.TryWriteBytes(header[KeyIdAt..], bigEndian: true, out _);
        RandomNumberGenerator.Fill(header[SaltAt..HeaderBytes]);
    }

    public static bool IsHeaderOf(ReadOnlySpan<byte> header, Guid keyId) =>
        header.StartsWith(Magic) && new Guid(header.Slice(KeyIdAt, 16), bigEndian: true) == keyId;

    public static AesGcm CipherFor(ReadOnlySpan<byte> header, DataKey key, ObjectKey address)
    {
        Span<byte> objectKey = stackalloc byte[32];
        Span<byte> info = stackalloc byte[64];
        Encoding.ASCII.GetBytes(address.Sha256, info);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Bytes, objectKey, header[SaltAt..HeaderBytes], info);
        var cipher = new AesGcm(objectKey, TagBytes);
        CryptographicOperations.ZeroMemory(objectKey);
        return cipher;
    }

    /// <summary>Encrypts in place; the tag goes behind the chunk.</summary>
    public static void Encrypt(AesGcm cipher, ReadOnlySpan<byte> header, Span<byte> buffer, int length, long chunk, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        FillNonce(nonce, chunk, isLast);
        cipher.Encrypt(nonce, buffer[..length], buffer[..length], buffer.Slice(length, TagBytes), header);
    }

    /// <summary>Decrypts in place.</summary>
    /// <exception cref="AuthenticationTagMismatchException">It is not what was encrypted for this place.</exception>
    public static void Decrypt(AesGcm cipher, ReadOnlySpan<byte> header, Span<byte> buffer, int length, long chunk, bool isLast)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        FillNonce(nonce, chunk, isLast);
        cipher.Decrypt(nonce, buffer[..length], buffer.Slice(length, TagBytes), buffer[..length], header);
    }

    private static void FillNonce(Span<byte> nonce, long chunk, bool isLast)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce, chunk);
        nonce[8] = isLast ? (byte)1 : (byte)0;
    }
}
