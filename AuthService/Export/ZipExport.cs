using System.IO.Compression;
using System.Text.Json;
using ServiceDefaults.Erasure;
using ServiceDefaults.Outbox;

namespace AuthService.Export;

/// <summary>The archive that a person gets: a folder per service, <c>index.json</c> that says what each file is, and <c>errors.json</c> if something is missing.</summary>
internal sealed class ZipExport(ZipArchive zip) : PersonalExport
{
    private static readonly JsonSerializerOptions Readable = new(EventJson.Options) { WriteIndented = true };
    private readonly List<IndexEntry> index = [];
    private readonly List<ExportError> errors = [];

    /// <summary>Whose files come next.</summary>
    public string Service { get; set; } = "";

    public override async Task AddAsync(ExportFile file, Func<Stream, Task> write, CancellationToken cancellation)
    {
        var path = $"{Service}/{file.Path}";
        index.Add(new IndexEntry(path, file.ContentType, file.About));
        // Photos are compressed already, and one entry at a time is open: the archive streams.
        var level = file.ContentType.StartsWith("image/", StringComparison.Ordinal) ? CompressionLevel.NoCompression : CompressionLevel.Fastest;
        await using var entry = await zip.CreateEntry(path, level).OpenAsync(cancellation);
        await write(entry);
    }

    /// <summary>Something of the current service is not, or not wholly, in the archive.</summary>
    public void Missing(string reason) => errors.Add(new ExportError(Service, reason, index.LastOrDefault(file => file.Path.StartsWith($"{Service}/", StringComparison.Ordinal))?.Path));

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        await WriteAsync("index.json", index, cancellation);
        if (errors.Count > 0)
            await WriteAsync("errors.json", errors, cancellation);
    }

    private async Task WriteAsync<T>(string name, T content, CancellationToken cancellation)
    {
        await using var entry = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellation);
        await JsonSerializer.SerializeAsync(entry, content, Readable, cancellation);
    }

    private sealed record IndexEntry(string Path, string ContentType, string About);

    /// <param name="After">The last file that was begun: it may be cut off, and what would follow is missing.</param>
    private sealed record ExportError(string Service, string Reason, string? After);
}
