using System.Buffers.Binary;

namespace Imaging;

/// <summary>How a BMP stores its pixels.</summary>
internal enum BmpCoding
{
    Plain = 0,
    Rle8 = 1,
    Rle4 = 2,
    Masks = 3,
}

/// <summary>
/// A BMP's headers (Microsoft's BITMAPCOREHEADER to BITMAPV5HEADER, OS/2's in their common part). Says where palette and
/// pixels are; both may lie behind the file's end.
/// </summary>
internal readonly record struct BmpHeader(
    int Width, int Height, bool TopDown, int Bits, BmpCoding Coding, int PaletteStart, int PaletteColours, int PaletteEntryBytes, long PixelStart,
    uint Red, uint Green, uint Blue, uint Alpha)
{
    private const int FileHeaderBytes = 14;
    private const int CoreHeaderBytes = 12;
    private const int InfoHeaderBytes = 40;
    private const int MaskedHeaderBytes = 52;

    /// <summary>Bytes of one stored row: padded to four.</summary>
    internal long RowBytes => ((long)Width * Bits + 31) / 32 * 4;

    internal static HeaderFacts Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var header = Parse(file);
        return new HeaderFacts(header.Width, header.Height, Orientation: 1);
    }

    internal static BmpHeader Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeaderBytes + CoreHeaderBytes)
            throw Undecodable("has no header");
        var info = file[FileHeaderBytes..];
        var size = U32(info, 0);
        if (size is not (CoreHeaderBytes or InfoHeaderBytes or MaskedHeaderBytes or 56 or 64 or 108 or 124))
            throw Unsupported($"with a header of {size} bytes");
        if (info.Length < size)
            throw Undecodable("has no header");

        var core = size == CoreHeaderBytes;
        long width = core ? U16(info, 4) : (int)U32(info, 4);
        long height = core ? U16(info, 6) : (int)U32(info, 8);
        var bits = core ? U16(info, 10) : U16(info, 14);
        var compression = core ? 0 : U32(info, 16);
        var colours = core ? 0 : U32(info, 32);
        if (width <= 0 || height == 0 || height == int.MinValue)
            throw Undecodable("has an impossible size");
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32))
            throw Unsupported($"with {bits} bits per pixel");

        var end = FileHeaderBytes + (int)size;
        var coding = CodingOf(compression, bits, size);
        var header = new BmpHeader((int)width, (int)Math.Abs(height), height < 0, bits, coding, end, 0, core ? 3 : 4, 0, 0, 0, 0, 0);
        if (bits is 16 or 32)
            header = header.WithMasks(file, (int)size, compression);
        if (bits > 8)
            return header with { PixelStart = U32(file, 10) is var given and not 0 ? given : header.PaletteStart };

        // A palette that is longer than the bits can reach is skipped over but not used.
        var stored = colours == 0 ? 1u << bits : colours;
        var behind = end + (long)stored * header.PaletteEntryBytes;
        var start = U32(file, 10);
        return header with { PaletteColours = (int)Math.Min(stored, 1u << bits), PixelStart = start == 0 || start == end ? behind : start };
    }

    private static BmpCoding CodingOf(uint compression, int bits, uint headerBytes) => (compression, bits) switch
    {
        (0, _) => BmpCoding.Plain,
        (1, 8) => BmpCoding.Rle8,
        (2, 4) => BmpCoding.Rle4,
        // OS/2 uses these numbers for other codings.
        (3 or 6, 16 or 32) when headerBytes != 64 => BmpCoding.Masks,
        (3, 24) when headerBytes != 64 => BmpCoding.Plain,
        _ => throw Unsupported($"with compression {compression} at {bits} bits per pixel"),
    };

    private BmpHeader WithMasks(ReadOnlySpan<byte> file, int size, uint compression)
    {
        var usual = Bits == 16
            ? this with { Red = 0x7C00, Green = 0x3E0, Blue = 0x1F }
            : this with { Red = 0xFF0000, Green = 0xFF00, Blue = 0xFF };
        if (Coding != BmpCoding.Masks)
            return usual;

        // In the shortest header the masks follow it; in the longer ones they are part of it.
        var (at, count) = (FileHeaderBytes + InfoHeaderBytes, size > MaskedHeaderBytes || compression == 6 ? 4 : 3);
        if (file.Length < at + count * 4)
            throw Undecodable("has no colour masks");
        var (red, green, blue, alpha) = (U32(file, at), U32(file, at + 4), U32(file, at + 8), count == 4 ? U32(file, at + 12) : 0);
        if ((red | green | blue | alpha) == 0)
            return usual with { Alpha = Bits == 32 ? 0xFF000000 : 0 };
        if (!IsRun(red) || !IsRun(green) || !IsRun(blue) || (alpha != 0 && !IsRun(alpha)))
            throw Unsupported("with scattered colour masks");
        return this with { Red = red, Green = green, Blue = blue, Alpha = alpha, PaletteStart = Math.Max(PaletteStart, at + count * 4) };
    }

    private static bool IsRun(uint mask)
    {
        var shifted = mask >> System.Numerics.BitOperations.TrailingZeroCount(mask);
        return mask != 0 && (shifted & (shifted + 1)) == 0;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    internal static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The BMP {what}.");

    private static ImageRejectedException Unsupported(string what) => new(ImageRejection.UnsupportedFormat, $"A BMP {what} is not accepted.");
}
