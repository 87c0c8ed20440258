using System.Buffers.Binary;
using System.IO.Compression;

namespace Unit.Imaging;

/// <summary>Small files made in code: PNGs of any kind, and a few JPEGs of 16 × 8 pixels, left half reddish, right half bluish.</summary>
internal static class TestImages
{
    internal static byte[] JpegRgb => Convert.FromBase64String("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAIABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAACQcI/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AgiftwCpKBjv/2Q==");
    internal static byte[] JpegProgressive => Convert.FromBase64String("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAAIABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABQb/xAAWAQEBAQAAAAAAAAAAAAAAAAAIBgf/2gAMAwEAAhADEAAAAYGf3ApKGP8A/8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQABBQI//8QAFBEBAAAAAAAAAAAAAAAAAAAAEP/aAAgBAwEBPwE//8QAFBEBAAAAAAAAAAAAAAAAAAAAEP/aAAgBAgEBPwE//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQAGPwI//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQABPyE//9oADAMBAAIAAwAAABCT/8QAFBEBAAAAAAAAAAAAAAAAAAAAEP/aAAgBAwEBPxA//8QAFBEBAAAAAAAAAAAAAAAAAAAAEP/aAAgBAgEBPxA//8QAFBABAAAAAAAAAAAAAAAAAAAAEP/aAAgBAQABPxA//9k=");
    internal static byte[] JpegGray => Convert.FromBase64String("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAIABABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AIIKv//Z");

    /// <summary>With Adobe's marker, and so with inverted inks.</summary>
    internal static byte[] JpegCmyk => Convert.FromBase64String("/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EABcAAQEBAQAAAAAAAAAAAAAAAAkIAAf/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oADgRDAE0AWQBLAAA/ALAH0hQqYH3UDwM//9k=");

    /// <summary>Pixels nobody could guess, the same for the same seed: [height, width, 3].</summary>
    internal static byte[] Noise(int width, int height, int seed = 1)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    internal static byte[] PngRgb(int width, int height, byte[] pixels, params byte[][] extraChunks) =>
        Png(width, height, bits: 8, colour: 2, pixels, extraChunks);

    /// <param name="width">Pixels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bits">Per channel.</param>
    /// <param name="colour">PNG's colour type: 0 gray, 2 RGB, 3 palette, 4 gray + alpha, 6 RGBA.</param>
    /// <param name="scanlines">Packed rows without filter bytes.</param>
    /// <param name="extraChunks">Between header and data.</param>
    internal static byte[] Png(int width, int height, byte bits, byte colour, byte[] scanlines, params byte[][] extraChunks)
    {
        var rowBytes = scanlines.Length / height;
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(scanlines, y * rowBytes, rowBytes);
            }
        }
        return [.. PngSignature, .. PngImageHeader(width, height, bits, colour), .. extraChunks.SelectMany(c => c), .. data.ToArray().Chunk(8192).SelectMany(part => Chunk("IDAT", part)), .. Chunk("IEND", [])];
    }

    internal static byte[] PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    internal static byte[] PngImageHeader(int width, int height, byte bits = 8, byte colour = 2) =>
        Chunk("IHDR", [.. BigEndian(width), .. BigEndian(height), bits, colour, 0, 0, 0]);

    internal static byte[] Chunk(string type, byte[] body)
    {
        byte[] typed = [.. System.Text.Encoding.ASCII.GetBytes(type), .. body];
        return [.. BigEndian(body.Length), .. typed, .. BigEndian(Crc32(typed))];
    }

    /// <summary>An EXIF block that holds the orientation only.</summary>
    internal static byte[] ExifBlock(int orientation, bool bigEndian = true, ushort type = 3) => bigEndian
        ? [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, (byte)type, 0, 0, 0, 1, .. type == 3 ? new byte[] { 0, (byte)orientation, 0, 0 } : [0, 0, 0, (byte)orientation], 0, 0, 0, 0]
        : [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, (byte)type, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Puts a segment right behind a JPEG's first marker.</summary>
    internal static byte[] WithSegment(byte[] jpeg, byte marker, byte[] body) => [.. jpeg[..2], .. Segment(marker, body), .. jpeg[2..]];

    internal static byte[] Segment(byte marker, byte[] body) => [0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];

    /// <summary>A JPEG's frame header.</summary>
    internal static byte[] Frame(int width, int height, byte marker = 0xC0, byte bits = 8, byte channels = 3) =>
        Segment(marker, [bits, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, channels, .. Enumerable.Range(1, channels).SelectMany(c => new byte[] { (byte)c, 0x11, 0 })]);

    /// <summary>The header of a scan of one channel, without data.</summary>
    internal static byte[] Scan => Segment(0xDA, [1, 1, 0, 0, 63, 0]);

    /// <summary>PNG's checksum, annex D.</summary>
    private static int Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return (int)~crc;
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
