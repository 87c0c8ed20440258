namespace Imaging;

internal delegate bool SignatureTest(ReadOnlySpan<byte> bytes);

internal delegate HeaderFacts HeaderReader(ReadOnlySpan<byte> file, ImageLimits limits);

/// <summary>Copies what the pixels depend on into <paramref name="target"/>, which is as long as the file; returns the length.</summary>
internal delegate int EssentialsCopier(ReadOnlySpan<byte> file, Span<byte> target);

/// <summary>What a header reader found: pixels as stored, and the EXIF orientation.</summary>
internal readonly record struct HeaderFacts(int Width, int Height, int Orientation);

/// <summary>How an accepted format is read: by our header reader and filter, then by libvips' loader of buffers, named as operation and as class.</summary>
internal sealed record FormatReader(HeaderReader ReadHeader, EssentialsCopier CopyEssentials, string Operation, string ClassName, string Options);

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
            new(JpegHeader.Read, JpegHeader.CopyEssentials, "jpegload_buffer", "VipsForeignLoadJpegBuffer", Strict)),
        new(ImageFormat.Png, "PNG", b => b.StartsWith(PngHeader.Signature),
            new(PngHeader.Read, PngHeader.CopyEssentials, "pngload_buffer", "VipsForeignLoadPngBuffer", Strict)),
        new(ImageFormat.WebP, "WebP", b => b.StartsWith("RIFF"u8) && At(b, 8, "WEBP"u8)),
        new(ImageFormat.Gif, "GIF", b => b.StartsWith("GIF87a"u8) || b.StartsWith("GIF89a"u8)),
        new(ImageFormat.Tiff, "TIFF", b => b.StartsWith("II*\0"u8) || b.StartsWith("MM\0*"u8) || b.StartsWith("II+\0"u8) || b.StartsWith("MM\0+"u8)),
        new(ImageFormat.Bmp, "BMP", b => b.StartsWith("BM"u8)),
        new(ImageFormat.Avif, "AVIF", b => At(b, 4, "ftypavif"u8) || At(b, 4, "ftypavis"u8)),
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
