using System.Buffers.Binary;

namespace Imaging;

/// <summary>Reads a WebP's size and EXIF orientation without decoding (RFC 9649, sections 2.3 to 2.7).</summary>
internal static class WebPHeader
{
    private const int FileHeaderBytes = 12;
    private const int ChunkHeaderBytes = 8;
    private const int FrameHeaderBytes = 16;

    internal static HeaderFacts Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var rest = Chunks(file);
        if (!Next(ref rest, out var type, out var body))
            throw Undecodable("has no header");
        if (!type.SequenceEqual("VP8X"u8))
            return Size(type, body);
        if (body.Length < 10)
            throw Undecodable("has a broken header");

        var canvas = new HeaderFacts(U24(body[4..]) + 1, U24(body[7..]) + 1, Orientation: 1);
        var found = false;
        while (Next(ref rest, out type, out body))
        {
            if (type.SequenceEqual("EXIF"u8))
                canvas = canvas with { Orientation = Exif.ReadOrientation(body.StartsWith("Exif\0\0"u8) ? body[6..] : body) };
            if (found)
                continue;
            found = type.SequenceEqual("ANMF"u8) || IsBitmap(type);
            if (type.SequenceEqual("ANMF"u8))
                CheckFrame(body, canvas);
            else if (IsBitmap(type))
                CheckPicture(Size(type, body), canvas);
        }
        return found ? canvas : throw Undecodable("has no picture");
    }

    /// <summary>Leaves out what has no influence on the first picture's pixels: EXIF, XMP, profiles, unknown chunks, and every frame but the first.</summary>
    internal static int CopyEssentials(ReadOnlySpan<byte> file, Span<byte> target)
    {
        file[..FileHeaderBytes].CopyTo(target);
        var written = FileHeaderBytes;
        var rest = Chunks(file);
        var frames = 0;
        while (true)
        {
            var start = rest;
            if (!Next(ref rest, out var type, out _))
            {
                // A chunk that claims more than there is goes along, for the decoder to find the file damaged.
                start.CopyTo(target[written..]);
                written += start.Length;
                break;
            }
            if (!IsPicture(type) || (type.SequenceEqual("ANMF"u8) && frames++ > 0))
                continue;
            var chunk = start[..^rest.Length];
            chunk.CopyTo(target[written..]);
            if (type.SequenceEqual("VP8X"u8))
                target[written + ChunkHeaderBytes] &= 0x12; // of the flags, alpha and animation stay
            written += chunk.Length;
        }
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], (uint)(written - ChunkHeaderBytes));
        return written;
    }

    private static bool IsBitmap(ReadOnlySpan<byte> type) => type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8);

    private static bool IsPicture(ReadOnlySpan<byte> type) =>
        IsBitmap(type) || type.SequenceEqual("VP8X"u8)
        || type.SequenceEqual("ALPH"u8) || type.SequenceEqual("ANIM"u8) || type.SequenceEqual("ANMF"u8);

    private static HeaderFacts Size(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        if (type.SequenceEqual("VP8 "u8) && body.Length >= 10 && body[3..].StartsWith<byte>([0x9D, 0x01, 0x2A]))
            return Sized(BinaryPrimitives.ReadUInt16LittleEndian(body[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(body[8..]) & 0x3FFF);
        if (type.SequenceEqual("VP8L"u8) && body.Length >= 5 && body[0] == 0x2F)
        {
            var packed = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
            return Sized((int)(packed & 0x3FFF) + 1, (int)(packed >> 14 & 0x3FFF) + 1);
        }
        throw Undecodable("has a broken header");
    }

    private static HeaderFacts Sized(int width, int height) =>
        width > 0 && height > 0 ? new HeaderFacts(width, height, Orientation: 1) : throw Undecodable("has no pixels");

    /// <summary>A still picture fills its canvas.</summary>
    private static void CheckPicture(HeaderFacts picture, HeaderFacts canvas)
    {
        if (picture.Width != canvas.Width || picture.Height != canvas.Height)
            throw Undecodable("has a picture of another size than its header says");
    }

    /// <summary>A frame lies inside the canvas, and its picture is as large as the frame says: nothing is decoded that the limits did not see.</summary>
    private static void CheckFrame(ReadOnlySpan<byte> body, HeaderFacts canvas)
    {
        if (body.Length < FrameHeaderBytes)
            throw Undecodable("has a broken frame");
        var frame = new HeaderFacts(U24(body[6..]) + 1, U24(body[9..]) + 1, Orientation: 1);
        if (U24(body) * 2L + frame.Width > canvas.Width || U24(body[3..]) * 2L + frame.Height > canvas.Height)
            throw Undecodable("has a frame outside its canvas");
        var inner = body[FrameHeaderBytes..];
        while (Next(ref inner, out var type, out var data))
        {
            if (IsBitmap(type))
                CheckPicture(Size(type, data), frame);
        }
    }

    private static ReadOnlySpan<byte> Chunks(ReadOnlySpan<byte> file) => file.Length > FileHeaderBytes ? file[FileHeaderBytes..] : [];

    /// <summary>Goes past one chunk and its padding; false at the end, and where a chunk claims more than there is.</summary>
    private static bool Next(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = body = default;
        if (rest.Length < ChunkHeaderBytes)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        if (length > rest.Length - ChunkHeaderBytes)
            return false;
        type = rest[..4];
        body = rest.Slice(ChunkHeaderBytes, (int)length);
        rest = rest[Math.Min(ChunkHeaderBytes + (int)length + (int)(length & 1), rest.Length)..];
        return true;
    }

    private static int U24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;

    private static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The WebP {what}.");
}
