using System.Buffers.Binary;

namespace Imaging;

/// <summary>Reads the size, kind and orientation of a TIFF's first page without decoding, and refuses kinds that the decoder would only guess at.</summary>
internal static class TiffHeader
{
    private const ushort BitsPerSample = 258, Compression = 259, Photometric = 262, Orientation = 274, SamplesPerPixel = 277;
    private const ushort StripByteCounts = 279, TileWidth = 322, TileHeight = 323, TileByteCounts = 325, SampleFormat = 339;
    private const int Jpeg = 7;

    /// <summary>What pixels depend on; everything else (texts, profiles, EXIF, sub-directories) the decoder never sees.</summary>
    private static ReadOnlySpan<ushort> Essential =>
    [
        254, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 280, 281, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 338, 339, 340, 341,
        347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532,
    ];

    internal static HeaderFacts Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var directory = new TiffDirectory(file);
        var (width, height) = (directory.Value(256, 0), directory.Value(257, 0));
        if (width is <= 0 or > int.MaxValue || height is <= 0 or > int.MaxValue)
            throw Undecodable("has an impossible size");
        CheckKind(directory);
        CheckPieces(file, directory, (int)width, (int)height, limits);
        var orientation = directory.Value(Orientation, 1);
        return new HeaderFacts((int)width, (int)height, orientation is >= 1 and <= 8 ? (int)orientation : 1);
    }

    /// <summary>The file with a first directory of essential tags only, and no second one: files of thousands of pages cost what one page costs.</summary>
    internal static int CopyEssentials(ReadOnlySpan<byte> file, Span<byte> target)
    {
        file.CopyTo(target);
        var directory = new TiffDirectory(file);
        var kept = 0;
        for (var i = 0; i < directory.Count; i++)
        {
            if (Essential.BinarySearch(directory.Tag(i)) >= 0)
                Entry(directory, file, i).CopyTo(target[(directory.Entries + kept++ * directory.EntryBytes)..]);
        }
        // What follows the kept entries is zeroed: "no next directory" stands there now.
        target[(directory.Entries + kept * directory.EntryBytes)..(directory.Entries + directory.Count * directory.EntryBytes + (directory.Big ? 8 : 4))].Clear();
        WriteCount(target[directory.Start..], kept, directory.Big, bigEndian: file[0] == 'M');
        return file.Length;
    }

    private static ReadOnlySpan<byte> Entry(TiffDirectory directory, ReadOnlySpan<byte> file, int entry) =>
        file.Slice(directory.Entries + entry * directory.EntryBytes, directory.EntryBytes);

    private static void WriteCount(Span<byte> target, int count, bool big, bool bigEndian)
    {
        switch (big, bigEndian)
        {
            case (true, true): BinaryPrimitives.WriteUInt64BigEndian(target, (ulong)count); break;
            case (true, false): BinaryPrimitives.WriteUInt64LittleEndian(target, (ulong)count); break;
            case (false, true): BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)count); break;
            default: BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)count); break;
        }
    }

    private static void CheckKind(TiffDirectory directory)
    {
        var (bits, samples, format) = (directory.Value(BitsPerSample, 1), directory.Value(SamplesPerPixel, 1), directory.Value(SampleFormat, 1));
        if (bits is not (1 or 2 or 4 or 8 or 16))
            throw Unsupported($"with {bits} bits per channel");
        if (samples is < 1 or > 5)
            throw Unsupported($"with {samples} channels");
        if (format != 1)
            throw Unsupported("with signed or floating-point channels");
        var (compression, colours) = (directory.Value(Compression, 1), directory.Value(Photometric, 1));
        // None, the three of fax machines, LZW, JPEG, Deflate by both its numbers, PackBits. Not the old JPEG (6), which was given up in 1995 and of which every decoder makes something else.
        if (compression is not (1 or 2 or 3 or 4 or 5 or Jpeg or 8 or 32773 or 32946))
            throw Unsupported($"with compression {compression}");
        // Gray both ways round, RGB, palette, CMYK, YCbCr.
        if (colours is not (0 or 1 or 2 or 3 or 5 or 6))
            throw Unsupported($"with colours of kind {colours}");
    }

    /// <summary>Strips and tiles: none larger than the limits, not the same bytes for many of them, and not thousands of JPEG scans in them.</summary>
    private static void CheckPieces(ReadOnlySpan<byte> file, TiffDirectory directory, int width, int height, ImageLimits limits)
    {
        var (tileWidth, tileHeight) = (directory.Value(TileWidth, 0), directory.Value(TileHeight, 0));
        if (tileWidth < 0 || tileHeight < 0 || tileWidth > limits.MaxSidePixels || tileHeight > limits.MaxSidePixels || tileWidth * tileHeight > limits.MaxPixels)
            throw new ImageRejectedException(ImageRejection.TooLarge, $"The TIFF has tiles of {tileWidth} x {tileHeight} pixels; at most {limits.MaxSidePixels} per side and {limits.MaxPixels} in all are accepted.");

        var (pieces, bytes) = (1, 0L);
        for (var i = 0; i < directory.Count; i++)
        {
            if (directory.Tag(i) is not (StripByteCounts or TileByteCounts) || !directory.TryValues(i, out var counts))
                continue;
            pieces = Math.Max(1, counts.Count);
            for (var k = 0; k < counts.Count; k++)
                bytes += Math.Clamp(counts[k], 0, file.Length);
        }
        if (bytes > 2L * file.Length)
            throw new ImageRejectedException(ImageRejection.TooComplex, "The TIFF uses the same bytes many times over.");
        if (directory.Value(Compression, 1) == Jpeg && Scans(file) > (long)limits.MaxJpegScans * pieces)
            throw new ImageRejectedException(ImageRejection.TooComplex, $"The TIFF has more than {limits.MaxJpegScans} JPEG scans for each of its pieces.");
    }

    private static int Scans(ReadOnlySpan<byte> file) => file.Count<byte>([0xFF, JpegMarkers.StartOfScan]);

    internal static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The TIFF {what}.");

    private static ImageRejectedException Unsupported(string what) => new(ImageRejection.UnsupportedFormat, $"A TIFF {what} is not accepted.");
}
