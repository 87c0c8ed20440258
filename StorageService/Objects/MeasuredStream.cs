using System.Security.Cryptography;
using ServiceDefaults.Problems;

namespace StorageService.Objects;

/// <summary>Hashes and counts what passes through, and stops at a limit.</summary>
internal sealed class MeasuredStream(Stream source, long maxBytes) : ReadOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long BytesRead { get; private set; }

    /// <summary>Lower-case hex, of everything read so far.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public static ProblemException TooLarge(long maxBytes) =>
        ProblemException.TooLarge("body", $"An object of this kind may have at most {maxBytes} bytes (Storage:MaxBytes).");

    /// <exception cref="ProblemException">413: the source has more than the limit.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        BytesRead += read;
        if (BytesRead > maxBytes)
            throw TooLarge(maxBytes);
        hash.AppendData(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();
        base.Dispose(disposing);
    }
}
