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
        var scanlines = new byte[height * (1 + width * 3)];
        for (var y = 0; y < height; y++)
        {
            var line = scanlines.AsSpan(y * (1 + width * 3) + 1, width * 3); // the byte before is the filter: none
            for (var x = 0; x < line.Length; x++)
                line[x] = (byte)(x * 3 + y * 5 + seed);
        }
        BinaryPrimitives.WriteInt32LittleEndian(scanlines.AsSpan(1), seed);

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
                deflate.Write(scanlines);
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
