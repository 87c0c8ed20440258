using System.Buffers.Binary;

namespace Imaging;

/// <summary>Reads a PNG's header chunk and walks the others for the EXIF orientation (PNG third edition, sections 5 and 11).</summary>
internal static class PngHeader
{
    /// <summary>Text is inflated while the header is read, up to 8 MB a chunk: without this bound a small file holds gigabytes.</summary>
    private const int MaxTextChunks = 20;

    private const int ChunkOverhead = 12;

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    internal static HeaderFacts Read(ReadOnlySpan<byte> bytes, ImageLimits limits)
    {
        var rest = bytes[Signature.Length..];
        if (!Chunk(ref rest, out var type, out var body) || !type.SequenceEqual("IHDR"u8) || body.Length != 13)
            throw Undecodable("has no header");
        var facts = ReadImageHeader(body);

        var texts = 0;
        while (Chunk(ref rest, out type, out body) && !type.SequenceEqual("IEND"u8))
        {
            if (type.SequenceEqual("eXIf"u8))
                facts = facts with { Orientation = Exif.ReadOrientation(body) };
            else if (IsText(type) && ++texts > MaxTextChunks)
                throw new ImageRejectedException(ImageRejection.TooComplex, $"The PNG has more than {MaxTextChunks} text chunks.");
        }
        return facts;
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

    /// <summary>False at the end of the file, and where a chunk claims more than there is: the decoder then says what is missing.</summary>
    private static bool Chunk(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = body = default;
        if (rest.Length < ChunkOverhead)
            return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - ChunkOverhead)
            return false;
        type = rest.Slice(4, 4);
        body = rest.Slice(8, (int)length);
        rest = rest[((int)length + ChunkOverhead)..];
        return true;
    }

    private static bool IsText(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8) || type.SequenceEqual("iTXt"u8);

    private static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The PNG {what}.");
}
