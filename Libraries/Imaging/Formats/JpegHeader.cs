using System.Buffers.Binary;

namespace Imaging;

/// <summary>
/// Reads a JPEG's size, EXIF orientation and number of scans without decoding. It goes through the whole file, because the
/// scans that make a small file expensive come last.
/// </summary>
internal static class JpegHeader
{
    internal static HeaderFacts Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        HeaderFacts? frame = null;
        int? orientation = null;
        var scans = 0;

        var markers = new JpegMarkers(file);
        while (markers.MoveNext() && markers.Marker != JpegMarkers.EndOfImage)
        {
            if (IsStartOfFrame(markers.Marker))
                frame ??= ReadFrame(markers.Marker, markers.Body);
            else if (markers.Marker == JpegMarkers.StartOfScan && ++scans > limits.MaxJpegScans)
                throw new ImageRejectedException(ImageRejection.TooComplex, $"The JPEG has more than {limits.MaxJpegScans} scans.");
            else if (markers.Marker == JpegMarkers.App1 && markers.Body.StartsWith("Exif\0\0"u8))
                orientation ??= Exif.ReadOrientation(markers.Body[6..]);
        }

        if (frame is not { } found)
            throw Undecodable("has no frame header");
        if (scans == 0)
            throw Undecodable("has no picture data");
        return found with { Orientation = orientation ?? 1 };
    }

    /// <summary>
    /// Leaves out what has no influence on pixels: EXIF, ICC and XMP blocks, thumbnails, comments. libvips would parse them
    /// with more libraries, and they are what attackers write into first. JFIF's and Adobe's markers decide colours and stay.
    /// </summary>
    internal static int CopyEssentials(ReadOnlySpan<byte> file, Span<byte> target)
    {
        var (copied, written) = (0, 0);
        var markers = new JpegMarkers(file);
        while (markers.MoveNext() && markers.Marker is not (JpegMarkers.StartOfScan or JpegMarkers.EndOfImage))
        {
            if (!IsMetadata(markers.Marker))
                continue;
            file[copied..markers.Start].CopyTo(target[written..]);
            written += markers.Start - copied;
            copied = markers.End;
        }
        file[copied..].CopyTo(target[written..]);
        return written + file.Length - copied;
    }

    private static HeaderFacts ReadFrame(byte marker, ReadOnlySpan<byte> body)
    {
        if (body.Length < 6)
            throw Undecodable("has a broken frame header");
        var bits = body[0];
        var height = BinaryPrimitives.ReadUInt16BigEndian(body[1..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(body[3..]);
        var channels = body[5];
        if (width == 0 || height == 0)
            throw Undecodable("has no pixels");
        if (bits != 8)
            throw Unsupported($"with {bits} bits per channel");
        if (channels is not (1 or 3 or 4))
            throw Unsupported($"with {channels} channels");
        // Baseline, extended and progressive Huffman, and their arithmetic-coded twins; the rest is lossless or hierarchical.
        if (marker is not (0xC0 or 0xC1 or 0xC2 or 0xC9 or 0xCA))
            throw Unsupported("with lossless or hierarchical coding");
        return new HeaderFacts(width, height, Orientation: 1);
    }

    private static bool IsStartOfFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static bool IsMetadata(byte marker) =>
        marker is JpegMarkers.Comment or (>= JpegMarkers.App1 and <= JpegMarkers.App15 and not JpegMarkers.App14);

    private static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The JPEG {what}.");

    private static ImageRejectedException Unsupported(string what) =>
        new(ImageRejection.UnsupportedFormat, $"A JPEG {what} is not accepted; 8 bits and 1, 3 or 4 channels are.");
}
