using System.IO.Compression;

namespace Intake;

/// <summary>
/// Single images as a zip, uncompressed. The same images give the same bytes, so that a repeated request is known by its hash.
/// </summary>
public sealed class ImagePack : IAsyncDisposable
{
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly ZipArchive archive;

    private ImagePack(ZipArchive archive) => this.archive = archive;

    public int Count { get; private set; }

    public static async Task<ImagePack> CreateAsync(Stream destination, CancellationToken cancellation) =>
        new(await ZipArchive.CreateAsync(destination, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation));

    public async Task AddAsync(string name, Stream content, CancellationToken cancellation)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = NoTime;
        await using var packed = await entry.OpenAsync(cancellation);
        await content.CopyToAsync(packed, cancellation);
        Count++;
    }

    public ValueTask DisposeAsync() => archive.DisposeAsync();
}
