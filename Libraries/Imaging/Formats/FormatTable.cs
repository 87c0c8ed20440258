namespace Imaging;

/// <summary>A format we can name. Without a <paramref name="Reader"/> it is recognised and refused.</summary>
internal sealed record FormatEntry(ImageFormat Format, string Name, SignatureTest Matches, FormatReader? Reader = null);

/// <summary>Every format we know. To accept one more, give its entry a reader.</summary>
internal static class FormatTable
{
    // Sequential access keeps a few rows in memory instead of the whole picture. fail_on=error: a truncated file must not become a grey picture.
    private const string Strict = "access=sequential,fail_on=error";

    private static readonly FormatEntry[] Entries =
    [
        new(ImageFormat.Jpeg, "JPEG", b => b.StartsWith<byte>([0xFF, 0xD8, 0xFF]),
            new VipsReader(JpegHeader.Read, JpegHeader.CopyEssentials, "jpegload_buffer", "VipsForeignLoadJpegBuffer", Strict, shrinks: true)),
        new(ImageFormat.Png, "PNG", b => b.StartsWith(PngHeader.Signature),
            new VipsReader(PngHeader.Read, PngHeader.CopyEssentials, "pngload_buffer", "VipsForeignLoadPngBuffer", Strict)),
        new(ImageFormat.WebP, "WebP", b => b.StartsWith("RIFF"u8) && At(b, 8, "WEBP"u8),
            // WebP has no rows to stream: without memory=true every strip would go through a temporary file.
            new VipsReader(WebPHeader.Read, WebPHeader.CopyEssentials, "webpload_buffer", "VipsForeignLoadWebpBuffer", $"{Strict},memory=true")),
        new(ImageFormat.Gif, "GIF", b => b.StartsWith("GIF87a"u8) || b.StartsWith("GIF89a"u8), new ManagedReader(GifHeader.Read, GifSource.Open)),
        new(ImageFormat.Tiff, "TIFF", b => b.StartsWith("II*\0"u8) || b.StartsWith("MM\0*"u8) || b.StartsWith("II+\0"u8) || b.StartsWith("MM\0+"u8),
            new VipsReader(TiffHeader.Read, TiffHeader.CopyEssentials, "tiffload_buffer", "VipsForeignLoadTiffBuffer", Strict)),
        new(ImageFormat.Bmp, "BMP", b => b.StartsWith("BM"u8), new ManagedReader(BmpHeader.Read, BmpSource.Open)),
        new(ImageFormat.Avif, "AVIF", b => At(b, 4, "ftypavif"u8) || At(b, 4, "ftypavis"u8),
            new VipsReader(AvifHeader.Read, AvifHeader.CopyEssentials, "heifload_buffer", "VipsForeignLoadHeifBuffer", $"{Strict},memory=true")),
    ];

    internal static FormatEntry[] Accepted { get; } = Array.FindAll(Entries, e => e.Reader is not null);

    /// <summary>Finds the format by the file's first bytes.</summary>
    /// <exception cref="ImageRejectedException">Unknown, or known and not accepted.</exception>
    internal static FormatEntry Recognise(ReadOnlySpan<byte> bytes)
    {
        foreach (var entry in Entries)
        {
            if (!entry.Matches(bytes))
                continue;
            if (entry.Reader is null)
                throw new ImageRejectedException(ImageRejection.UnsupportedFormat, $"{entry.Name} images are not accepted; accepted are {AcceptedNames}.");
            return entry;
        }
        throw new ImageRejectedException(ImageRejection.UnknownFormat, $"The bytes are not an image of a known format; accepted are {AcceptedNames}.");
    }

    private static string AcceptedNames => string.Join(", ", Accepted.Select(e => e.Name));

    private static bool At(ReadOnlySpan<byte> bytes, int offset, ReadOnlySpan<byte> text) =>
        bytes.Length > offset && bytes[offset..].StartsWith(text);
}
