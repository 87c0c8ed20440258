using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace TestSupport;

/// <summary>Pictures that need no file: real PNGs, each one different from every other.</summary>
public static class TestImages
{
    private static int made;

    /// <summary>An RGB PNG of a gradient with a seed of its own, so that no two calls give the same bytes.</summary>
    public static byte[] Png(int width = 64, int height = 48)
    {
        var seed = Interlocked.Increment(ref made) * 7919 + Environment.ProcessId;
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(((i % (width * 3)) * 3) + (i / (width * 3) * 5) + seed);
        BinaryPrimitives.WriteInt32LittleEndian(pixels, seed);
        return Png(width, height, pixels);
    }

    /// <summary>An RGB PNG about one colour, with noise: the same for the same seed, and no two seeds alike.</summary>
    public static byte[] Coloured(byte red, byte green, byte blue, int seed, int width = 64, int height = 48)
    {
        var random = new Random(seed);
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp((i % 3 == 0 ? red : i % 3 == 1 ? green : blue) + random.Next(-40, 41), 0, 255);
        return Png(width, height, pixels);
    }

    private static byte[] Png(int width, int height, byte[] pixels)
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits per channel
        header[9] = 2; // RGB
        WriteChunk(png, "IHDR", header);
        using (var data = new MemoryStream())
        {
            using (var deflate = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
            {
                foreach (var line in pixels.Chunk(width * 3))
                    deflate.Write([0, .. line]); // the byte before is the filter: none
            }
            WriteChunk(png, "IDAT", data.ToArray());
        }
        WriteChunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void WriteChunk(Stream png, string type, byte[] data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(body));
        png.Write(number);
    }

    // Bit by bit: these pictures are small.
    private static uint Crc32(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }
        return ~crc;
    }
}
