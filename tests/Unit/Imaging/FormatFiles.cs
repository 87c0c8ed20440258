using System.Buffers.Binary;

namespace Unit.Imaging;

/// <summary>Small BMPs, GIFs, TIFFs and WebPs made in code.</summary>
internal static class FormatFiles
{
    /// <param name="width">Pixels.</param>
    /// <param name="height">Negative: the top row first.</param>
    /// <param name="bits">Per pixel.</param>
    /// <param name="compression">BMP's number: 0 none, 1 RLE8, 2 RLE4, 3 masks.</param>
    /// <param name="between">Palette or masks.</param>
    /// <param name="pixels">As stored.</param>
    /// <param name="colours">Of the palette; 0 as many as the bits reach.</param>
    internal static byte[] Bmp(int width, int height, ushort bits, int compression, byte[] between, byte[] pixels, int colours = 0) =>
        [.. "BM"u8, .. Le32(0), .. Le32(0), .. Le32(54 + between.Length), .. Le32(40), .. Le32(width), .. Le32(height), 1, 0, .. Le16(bits), .. Le32(compression), .. Le32(0), .. Le32(0), .. Le32(0), .. Le32(colours), .. Le32(0), .. between, .. pixels];

    /// <summary>Red, green, blue, white, as a BMP stores them; padded to 16 colours.</summary>
    internal static byte[] BmpPalette => [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0];

    /// <summary>A GIF of 4 colours (red, green, blue, white) whose frame is <paramref name="indices"/>, each as a code of its own.</summary>
    internal static byte[] Gif(int screenWidth, int screenHeight, int left, int top, int width, int height, byte[] indices, byte flags = 0, int transparent = -1)
    {
        // Codes of 3 bits; a clear code (4) before every second pixel keeps them at 3 bits.
        var bits = new List<bool>();
        void Code(int code) => bits.AddRange(Enumerable.Range(0, 3).Select(bit => (code >> bit & 1) != 0));
        foreach (var (i, index) in indices.Index())
        {
            if (i % 2 == 0)
                Code(4);
            Code(index);
        }
        Code(5);
        var data = bits.Chunk(8).Select(part => (byte)part.Index().Sum(bit => bit.Item ? 1 << bit.Index : 0)).ToArray();
        byte[] control = transparent < 0 ? [] : [0x21, 0xF9, 4, 1, 0, 0, (byte)transparent, 0];
        return
        [
            .. "GIF89a"u8, .. Le16((ushort)screenWidth), .. Le16((ushort)screenHeight), 0x81, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, .. control,
            0x2C, .. Le16((ushort)left), .. Le16((ushort)top), .. Le16((ushort)width), .. Le16((ushort)height), flags, 2,
            .. data.Chunk(255).SelectMany(block => (byte[])[(byte)block.Length, .. block]), 0, 0x3B,
        ];
    }

    /// <summary>An uncompressed RGB TIFF; <paramref name="tags"/> are added or replace what is there.</summary>
    internal static byte[] Tiff(int width, int height, byte[] rgb, params (ushort Tag, uint Value)[] tags)
    {
        var all = new SortedDictionary<ushort, uint>
        {
            [256] = (uint)width, [257] = (uint)height, [258] = 8, [259] = 1, [262] = 2, [273] = 8, [277] = 3, [278] = (uint)height, [279] = (uint)rgb.Length,
        };
        foreach (var (tag, value) in tags)
            all[tag] = value;
        return [.. "II*\0"u8, .. Le32(8 + rgb.Length), .. rgb, .. Le16((ushort)all.Count), .. all.SelectMany(tag => (byte[])[.. Le16(tag.Key), 4, 0, .. Le32(1), .. Le32((int)tag.Value)]), .. Le32(0)];
    }

    internal static byte[] WebP(params byte[][] chunks) => [.. "RIFF"u8, .. Le32(4 + chunks.Sum(c => c.Length)), .. "WEBP"u8, .. chunks.SelectMany(c => c)];

    internal static byte[] WebPChunk(string type, byte[] body) => [.. System.Text.Encoding.ASCII.GetBytes(type), .. Le32(body.Length), .. body, .. new byte[body.Length & 1]];

    /// <summary>A lossless picture's first five bytes: all that a header reader sees.</summary>
    internal static byte[] LosslessStart(int width, int height) => [0x2F, .. Le32(width - 1 | height - 1 << 14)];

    internal static byte[] Canvas(int width, int height, byte flags = 0) => [flags, 0, 0, 0, .. Le32(width - 1)[..3], .. Le32(height - 1)[..3]];

    internal static byte[] Box(string type, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(p => p)];
        var file = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(file, file.Length);
        System.Text.Encoding.ASCII.GetBytes(type).CopyTo(file, 4);
        body.CopyTo(file, 8);
        return file;
    }

    internal static byte[] Le16(ushort value) => [(byte)value, (byte)(value >> 8)];

    internal static byte[] Le32(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
