using System.Security.Cryptography;
using ServiceDefaults.Problems;

namespace Intake;

/// <summary>An input on disk, hashed while it is written, because StorageService wants the hash first. The file goes when this is disposed.</summary>
public sealed class SpoolFile : Stream
{
    /// <summary>Of its name. It is deleted when it is closed; one that is there without a process was left by a crash.</summary>
    public const string Extension = ".incoming";

    private const int NoSpaceLeft = 28, QuotaExceeded = 122, WindowsDiskFull = unchecked((int)0x80070070);
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream file;
    private readonly IntakeOptions limits;
    private readonly Action gone;
    private long written;
    private bool disposed;

    /// <param name="gone">Called once, when the file takes no room any more.</param>
    public SpoolFile(string folder, IntakeOptions limits, Action gone)
        : this(new FileStream(Path.Combine(folder, $"{Guid.NewGuid():N}{Extension}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            BufferSize = 64 * 1024,
        }), limits, gone)
    {
    }

    internal SpoolFile(FileStream file, IntakeOptions limits, Action gone) => (this.file, this.limits, this.gone) = (file, limits, gone);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => written;

    public override long Position { get => written; set => throw new NotSupportedException(); }

    /// <summary>Lower-case hex, of everything written so far.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>The content from its start. Not to be disposed: that would take the file away.</summary>
    /// <exception cref="ProblemException">503 <c>no-room</c>: the disk does not take the end of it.</exception>
    public async Task<FileStream> ReadAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
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

    public override void Flush()
    {
        try
        {
            file.Flush();
        }
        catch (IOException e)
        {
            throw NoRoom(e);
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await file.FlushAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw NoRoom(e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !disposed)
        {
            disposed = true;
            hash.Dispose();
            try
            {
                file.Dispose();
            }
            catch (IOException)
            {
                // It writes out what nobody will read. The file is closed and gone all the same.
            }
            finally
            {
                gone();
            }
        }
        base.Dispose(disposing);
    }

    /// <summary>Told apart from the IOException of a caller who breaks off.</summary>
    public static bool IsNoRoom(Exception reason) => reason is IOException { HResult: NoSpaceLeft or QuotaExceeded or WindowsDiskFull };

    public static ProblemException NoRoom(Exception reason) =>
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
