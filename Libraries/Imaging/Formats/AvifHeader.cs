using System.Buffers.Binary;

namespace Imaging;

/// <summary>
/// Reads an AVIF's size without decoding: the boxes of ISO/IEC 14496-12 and 23008-12. The decoder applies the file's own
/// rotation; EXIF's does not count in this format.
/// </summary>
internal static class AvifHeader
{
    private const int MaxProperties = 256;

    internal static HeaderFacts Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        RequireWhole(file);
        var meta = Meta(file);
        var item = PrimaryItem(Find(meta, "pitm"u8));
        var properties = Find(meta, "iprp"u8);
        var all = Find(properties, "ipco"u8);
        // Not only the primary item's: the pieces of a grid and the alpha plane are decoded too.
        for (var rest = all; Next(ref rest, out var type, out var body);)
        {
            if (type.SequenceEqual("ispe"u8))
                CheckSize(body, limits);
        }

        var facts = new HeaderFacts(0, 0, Orientation: 1);
        Span<byte> mine = stackalloc byte[MaxProperties];
        foreach (var index in mine[..Associated(Find(properties, "ipma"u8), item, mine)])
        {
            if (!TryProperty(all, index, out var type, out var body))
                continue;
            if (type.SequenceEqual("ispe"u8) && body.Length >= 12)
                facts = facts with { Width = (int)U32(body, 4), Height = (int)U32(body, 8) };
            else if (type.SequenceEqual("clap"u8) && body.Length >= 16 && U32(body, 4) > 0 && U32(body, 12) > 0)
                facts = facts with { Width = (int)(U32(body, 0) / U32(body, 4)), Height = (int)(U32(body, 8) / U32(body, 12)) };
            else if (type.SequenceEqual("irot"u8) && body.Length >= 1 && (body[0] & 1) != 0)
                facts = facts with { Width = facts.Height, Height = facts.Width };
        }
        return facts is { Width: > 0, Height: > 0 } ? facts : throw Undecodable("does not say its size");
    }

    /// <summary>The file, with EXIF and XMP renamed to something that the decoder ignores.</summary>
    internal static int CopyEssentials(ReadOnlySpan<byte> file, Span<byte> target)
    {
        file.CopyTo(target);
        var infos = Find(Meta(file), "iinf"u8);
        for (var rest = infos.Length >= 6 ? infos[(infos[0] == 0 ? 6 : 8)..] : []; Next(ref rest, out var type, out var body);)
        {
            var at = body.Length > 0 && body[0] >= 3 ? 10 : 8;
            if (!type.SequenceEqual("infe"u8) || body.Length < at + 4)
                continue;
            var kind = body.Slice(at, 4);
            if (kind.SequenceEqual("Exif"u8) || kind.SequenceEqual("mime"u8))
                "skip"u8.CopyTo(target[OffsetIn(file, kind)..]);
        }
        return file.Length;
    }

    /// <summary>The decoder would fill up a picture whose end is missing.</summary>
    private static void RequireWhole(ReadOnlySpan<byte> file)
    {
        while (Next(ref file, out _, out _))
        {
        }
        if (!file.IsEmpty)
            throw Undecodable("is damaged or incomplete");
    }

    private static ReadOnlySpan<byte> Meta(ReadOnlySpan<byte> file)
    {
        var meta = Find(file, "meta"u8);
        return meta.Length > 4 ? meta[4..] : throw Undecodable("has no header");
    }

    private static uint PrimaryItem(ReadOnlySpan<byte> box) => box.Length switch
    {
        >= 8 when box[0] > 0 => U32(box, 4),
        >= 6 when box[0] == 0 => U16(box, 4),
        _ => throw Undecodable("has no picture"),
    };

    /// <summary>Numbers, from 1 on, of the properties that belong to the item, in their order.</summary>
    private static int Associated(ReadOnlySpan<byte> box, uint item, Span<byte> numbers)
    {
        if (box.Length < 8)
            throw Undecodable("does not say its size");
        var (wideItems, wideNumbers) = (box[0] > 0, (box[3] & 1) != 0);
        var rest = box[8..];
        while (rest.Length > (wideItems ? 4 : 2))
        {
            var id = wideItems ? U32(rest, 0) : U16(rest, 0);
            rest = rest[(wideItems ? 4 : 2)..];
            var (count, bytes) = (rest[0], wideNumbers ? 2 : 1);
            rest = rest[1..];
            if (rest.Length < count * bytes)
                break;
            for (var i = 0; id == item && i < count; i++)
                numbers[i] = wideNumbers ? (byte)Math.Min(U16(rest, i * 2) & 0x7FFF, byte.MaxValue) : (byte)(rest[i] & 0x7F);
            if (id == item)
                return count;
            rest = rest[(count * bytes)..];
        }
        throw Undecodable("does not say its size");
    }

    private static bool TryProperty(ReadOnlySpan<byte> all, int number, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = body = default;
        for (var rest = all; number > 0; number--)
        {
            if (!Next(ref rest, out type, out body))
                return false;
        }
        return !type.IsEmpty;
    }

    private static void CheckSize(ReadOnlySpan<byte> body, ImageLimits limits)
    {
        if (body.Length < 12)
            throw Undecodable("has a broken size");
        var (width, height) = (U32(body, 4), U32(body, 8));
        if (width > limits.MaxSidePixels || height > limits.MaxSidePixels || (long)width * height > limits.MaxPixels)
            throw new ImageRejectedException(ImageRejection.TooLarge, $"The AVIF has a picture of {width} x {height} pixels; at most {limits.MaxSidePixels} per side and {limits.MaxPixels} in all are accepted.");
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> wanted)
    {
        while (Next(ref boxes, out var type, out var body))
        {
            if (type.SequenceEqual(wanted))
                return body;
        }
        return [];
    }

    /// <summary>Goes past one box; false at the end, and where a box claims more than there is.</summary>
    private static bool Next(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = body = default;
        if (rest.Length < 8)
            return false;
        var (length, header) = ((ulong)U32(rest, 0), 8);
        if (length == 1 && rest.Length >= 16)
            (length, header) = (BinaryPrimitives.ReadUInt64BigEndian(rest[8..]), 16);
        else if (length == 0)
            length = (ulong)rest.Length;
        if (length < (ulong)header || length > (ulong)rest.Length)
            return false;
        type = rest.Slice(4, 4);
        body = rest[header..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    private static int OffsetIn(ReadOnlySpan<byte> file, ReadOnlySpan<byte> part)
    {
        file.Overlaps(part, out var offset);
        return offset;
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The AVIF {what}.");
}
