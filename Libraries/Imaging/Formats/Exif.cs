using System.Buffers.Binary;

namespace Imaging;

/// <summary>Reads the one EXIF tag that changes pixels. Whatever is wrong with the rest of the block is none of our business.</summary>
internal static class Exif
{
    private const ushort OrientationTag = 0x0112;
    private const ushort TypeShort = 3;
    private const ushort TypeLong = 4;
    private const int EntryBytes = 12;

    /// <param name="tiff">The block from its byte order mark ("II" or "MM") on.</param>
    /// <returns>1 to 8; 1 where there is no usable tag.</returns>
    internal static int ReadOrientation(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II"u8) || tiff.StartsWith("MM"u8)))
            return 1;
        var bigEndian = tiff[0] == 'M';
        if (U16(tiff[2..], bigEndian) != 42)
            return 1;

        var offset = U32(tiff[4..], bigEndian);
        if (offset > tiff.Length - 2)
            return 1;
        var directory = tiff[(int)offset..];
        var count = U16(directory, bigEndian);
        directory = directory[2..];

        var orientation = 1;
        for (var i = 0; i < count && directory.Length >= EntryBytes; i++, directory = directory[EntryBytes..])
        {
            if (U16(directory, bigEndian) != OrientationTag || U32(directory[4..], bigEndian) != 1)
                continue;
            var value = U16(directory[2..], bigEndian) switch
            {
                TypeShort => U16(directory[8..], bigEndian),
                TypeLong => U32(directory[8..], bigEndian),
                _ => 0u,
            };
            orientation = value is >= 1 and <= 8 ? (int)value : 1;
        }
        return orientation;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
