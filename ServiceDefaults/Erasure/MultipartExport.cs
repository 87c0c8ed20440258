using System.Text;

namespace ServiceDefaults.Erasure;

/// <summary>
/// An export between services: <c>multipart/mixed</c> (RFC 2046), a part per file. It streams, needs no lengths ahead, and without its
/// closing boundary is seen to be cut off.
/// </summary>
public sealed class MultipartExport(Stream body, string boundary) : PersonalExport
{
    public const string AboutHeader = "Content-Description";

    public static string NewBoundary() => Guid.NewGuid().ToString("N");

    public static string ContentType(string boundary) => $"multipart/mixed; boundary={boundary}";

    public override async Task AddAsync(ExportFile file, Func<Stream, Task> write, CancellationToken cancellation)
    {
        await WriteAsync($"\r\n--{boundary}\r\nContent-Type: {file.ContentType}\r\nContent-Location: {file.Path}\r\n{AboutHeader}: {file.About}\r\n\r\n", cancellation);
        await write(body);
    }

    /// <summary>To be called when every file is there; an export that failed must not look whole.</summary>
    public Task CompleteAsync(CancellationToken cancellation) => WriteAsync($"\r\n--{boundary}--\r\n", cancellation);

    private Task WriteAsync(string text, CancellationToken cancellation) => body.WriteAsync(Encoding.ASCII.GetBytes(text), cancellation).AsTask();
}
