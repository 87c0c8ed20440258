using System.Security.Cryptography;
using ServiceDefaults.Problems;

namespace Intake;

/// <summary>An input on disk, hashed while it is written, because StorageService wants the hash first. The file goes when this is disposed.</summary>
public sealed class SpoolFile : Stream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream file;
    private readonly IntakeOptions limits;
    private readonly Action gone;
    private long written;
    private bool disposed;

    /// <param name="gone">Called once, when the file takes no room any more.</param>
    public SpoolFile(string folder, IntakeOptions limits, Action gone)
    {
        (this.limits, this.gone) = (limits, gone);
        file = new FileStream(Path.Combine(folder, $"{Guid.NewGuid():N}.incoming"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            BufferSize = 64 * 1024,
        });
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => written;

    public override long Position { get => written; set => throw new NotSupportedException(); }

    /// <summary>Lower-case hex, of everything written so far.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>The content from its start. Not to be disposed: that would take the file away.</summary>
    public async Task<FileStream> ReadAsync(CancellationToken cancellation)
    {
        await file.FlushAsync(cancellation);
        file.Position = 0;
        return file;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Count(buffer.Span);
        try
        {
            await file.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw NoRoom(e);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Count(buffer);
        try
        {
            file.Write(buffer);
        }
        catch (IOException e)
        {
            throw NoRoom(e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => file.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => file.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !disposed)
        {
            disposed = true;
            file.Dispose();
            hash.Dispose();
            gone();
        }
        base.Dispose(disposing);
    }

    // Told apart from the IOException of a caller who breaks off.
    private static ProblemException NoRoom(IOException reason) =>
        ProblemException.Unavailable("no-room", $"The input can't be taken in now: {reason.GetType().Name}", TimeSpan.FromMinutes(1));

    private void Count(ReadOnlySpan<byte> bytes)
    {
        written += bytes.Length;
        if (written > limits.MaxInputBytes)
            throw TooLarge(limits);
        hash.AppendData(bytes);
    }

    public static ProblemException TooLarge(IntakeOptions limits) =>
        ProblemException.TooLarge("body", $"An input may have at most {limits.MaxInputBytes} bytes {limits.Setting("MaxInputBytes")}.");
}
