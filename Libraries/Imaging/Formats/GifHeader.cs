using System.Buffers.Binary;

namespace Imaging;

/// <summary>
/// The first frame of a GIF (GIF89a specification, sections 17 to 23): where it is and how it is stored. Everything behind
/// its header is left alone.
/// </summary>
internal readonly record struct GifHeader(
    int Width, int Height, int Left, int Top, int FrameWidth, int FrameHeight, bool Interlaced, int PaletteStart, int PaletteColours, int Transparent, int DataStart)
{
    private const int ScreenBytes = 13;
    private const int FrameBytes = 9;
    private const byte Extension = 0x21;
    private const byte GraphicControl = 0xF9;
    private const byte Frame = 0x2C;

    internal static HeaderFacts Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var header = Parse(file);
        return new HeaderFacts(header.Width, header.Height, Orientation: 1);
    }

    internal static GifHeader Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < ScreenBytes)
            throw Undecodable("has no header");
        var (palette, colours) = Palette(file[10], ScreenBytes);
        var at = palette + colours * 3;
        var transparent = -1;
        while (at < file.Length)
        {
            var kind = file[at++];
            if (kind == Frame)
                return ReadFrame(file, at, palette, colours, transparent);
            // What stands between blocks is skipped, as Pillow does; the end mark among it.
            if (kind != Extension || at >= file.Length)
                continue;
            var label = file[at++];
            if (label == GraphicControl && file.Length >= at + 5 && file[at] >= 4)
                transparent = (file[at + 1] & 1) != 0 ? file[at + 4] : -1;
            while (at < file.Length && file[at] != 0)
                at += file[at] + 1;
            at++;
        }
        throw Undecodable("has no picture");
    }

    private static GifHeader ReadFrame(ReadOnlySpan<byte> file, int at, int palette, int colours, int transparent)
    {
        if (file.Length < at + FrameBytes)
            throw Undecodable("has no picture");
        var (left, top, width, height) = (U16(file, at), U16(file, at + 2), U16(file, at + 4), U16(file, at + 6));
        var flags = file[at + 8];
        var (own, ownColours) = Palette(flags, at + FrameBytes);
        if (width == 0 || height == 0)
            throw Undecodable("has no pixels");
        return new GifHeader(
            // A frame that is larger than the screen makes it larger.
            Math.Max(U16(file, 6), left + width), Math.Max(U16(file, 8), top + height), left, top, width, height,
            Interlaced: (flags & 0x40) != 0, ownColours > 0 ? own : palette, ownColours > 0 ? ownColours : colours, transparent, own + ownColours * 3);
    }

    private static (int Start, int Colours) Palette(byte flags, int start) => (start, (flags & 0x80) != 0 ? 2 << (flags & 7) : 0);

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    internal static ImageRejectedException Undecodable(string what) => new(ImageRejection.Undecodable, $"The GIF {what}.");
}
