using System.Buffers.Binary;

namespace Imaging;

/// <summary>
/// Walks a JPEG's markers without decoding: size, channels, EXIF orientation, number of scans (ITU-T T.81, annex B).
/// It goes through the whole file, because the scans that make a small file expensive come last.
/// </summary>
internal static class JpegHeader
{
    internal static HeaderFacts Read(ReadOnlySpan<byte> bytes, ImageLimits limits)
    {
        HeaderFacts? frame = null;
        int? orientation = null;
        var scans = 0;

        for (var rest = bytes[2..]; NextMarker(ref rest, out var marker);)
        {
            if (!HasLength(marker))
                continue;
            if (marker == Marker.EndOfImage)
                break;
            if (!Segment(ref rest, out var body))
            {
                if (scans > 0)
                    break;
                throw Undecodable("ends inside its header");
            }

            if (IsStartOfFrame(marker))
                frame ??= ReadFrame(marker, body);
            else if (marker == Marker.StartOfScan && ++scans > limits.MaxJpegScans)
                throw new ImageRejectedException(ImageRejection.TooComplex, $"The JPEG has more than {limits.MaxJpegScans} scans.");
            else if (marker == Marker.App1 && body.StartsWith("Exif\0\0"u8))
                orientation ??= Exif.ReadOrientation(body[6..]);
        }

        if (frame is not { } found)
            throw Undecodable("has no frame header");
        if (scans == 0)
            throw Undecodable("has no picture data");
        return found with { Orientation = orientation ?? 1 };
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

    /// <summary>Moves past the next marker. Fill bytes, stuffed zeros and picture data in between are skipped, as libjpeg skips them.</summary>
    private static bool NextMarker(ref ReadOnlySpan<byte> rest, out byte marker)
    {
        while (true)
        {
            var at = rest.IndexOf((byte)0xFF);
            if (at < 0 || at + 1 >= rest.Length)
            {
                marker = 0;
                return false;
            }
            marker = rest[at + 1];
            // A fill byte may itself begin the marker.
            rest = rest[(marker == 0xFF ? at + 1 : at + 2)..];
            if (marker is not (0x00 or 0xFF))
                return true;
        }
    }

    private static bool Segment(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (rest.Length < 2)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length < 2 || length > rest.Length)
            return false;
        body = rest[2..length];
        rest = rest[length..];
        return true;
    }

    /// <summary>Restart markers and the start of an image stand alone. So do reserved ones here: libjpeg steps over them inside a scan, and a scan hidden in the "segment" behind one must be counted.</summary>
    private static bool HasLength(byte marker) => marker is >= 0xC0 and not (>= 0xD0 and <= 0xD8);

    private static bool IsStartOfFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The JPEG {what}.");

    private static ImageRejectedException Unsupported(string what) =>
        new(ImageRejection.UnsupportedFormat, $"A JPEG {what} is not accepted; 8 bits and 1, 3 or 4 channels are.");

    private static class Marker
    {
        internal const byte EndOfImage = 0xD9;
        internal const byte StartOfScan = 0xDA;
        internal const byte App1 = 0xE1;
    }
}
