namespace Imaging;

/// <summary>ITU-R 601-2 luma in 16-bit fixed point: Pillow's convert("L").</summary>
internal static class Luminance
{
    internal static byte Of(int red, int green, int blue) => (byte)((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);

    /// <summary>Reads 3 bytes a pixel, writes one.</summary>
    internal static void Of(ReadOnlySpan<byte> rgb, Span<byte> gray)
    {
        for (var i = 0; i < gray.Length; i++)
        {
            var pixel = rgb.Slice(i * 3, 3);
            gray[i] = Of(pixel[0], pixel[1], pixel[2]);
        }
    }
}
