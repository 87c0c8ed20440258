using System.Buffers.Binary;

namespace Imaging;

/// <summary>Reads a PNG's size and EXIF orientation without decoding (PNG third edition, sections 5 and 11).</summary>
internal static class PngHeader
{
    private const int ChunkOverhead = 12;

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    internal static HeaderFacts Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var at = Signature.Length;
        if (!Chunk(file, ref at, out var type, out var body) || !type.SequenceEqual("IHDR"u8) || body.Length != 13)
            throw Undecodable("has no header");
        var facts = ReadImageHeader(body);
        while (Chunk(file, ref at, out type, out body) && !type.SequenceEqual("IEND"u8))
        {
            if (type.SequenceEqual("eXIf"u8))
                facts = facts with { Orientation = Exif.ReadOrientation(body) };
        }
        return facts;
    }

    /// <summary>
    /// Leaves out what has no influence on pixels: texts, profiles, EXIF, animation, private chunks. libpng inflates texts
    /// while it reads the header, up to 8 MB each: a file of 150 kB can take 600 MB. The decoder never sees them.
    /// </summary>
    internal static int CopyEssentials(ReadOnlySpan<byte> file, Span<byte> target)
    {
        var at = Signature.Length;
        file[..at].CopyTo(target);
        var written = at;
        for (var start = at; Chunk(file, ref at, out var type, out _); start = at)
        {
            if (IsMetadata(type))
                continue;
            file[start..at].CopyTo(target[written..]);
            written += at - start;
        }
        // A chunk that claims more than there is goes along, for the decoder to find the file damaged.
        file[at..].CopyTo(target[written..]);
        return written + file.Length - at;
    }

    private static HeaderFacts ReadImageHeader(ReadOnlySpan<byte> body)
    {
        var width = BinaryPrimitives.ReadUInt32BigEndian(body);
        var height = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue)
            throw Undecodable("has an impossible size");
        var (bits, colour) = (body[8], body[9]);
        var known = colour switch
        {
            0 => bits is 1 or 2 or 4 or 8 or 16,
            3 => bits is 1 or 2 or 4 or 8,
            2 or 4 or 6 => bits is 8 or 16,
            _ => false,
        };
        if (!known || body[10] != 0 || body[11] != 0 || body[12] > 1)
            throw Undecodable("has an impossible pixel format");
        return new HeaderFacts((int)width, (int)height, Orientation: 1);
    }

    /// <summary>Moves <paramref name="at"/> past one chunk; false at the end of the file, and where a chunk claims more than there is.</summary>
    private static bool Chunk(ReadOnlySpan<byte> file, ref int at, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = body = default;
        var rest = file[at..];
        if (rest.Length < ChunkOverhead)
            return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - ChunkOverhead)
            return false;
        type = rest.Slice(4, 4);
        body = rest.Slice(8, (int)length);
        at += (int)length + ChunkOverhead;
        return true;
    }

    /// <summary>A small first letter marks a chunk that a decoder may ignore; of these only transparency belongs to the pixels.</summary>
    private static bool IsMetadata(ReadOnlySpan<byte> type) => (type[0] & 0x20) != 0 && !type.SequenceEqual("tRNS"u8);

    private static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The PNG {what}.");
}
