using System.Runtime.CompilerServices;

namespace Imaging;

/// <summary>Turns libvips' pixels (1 to 4 channels of 8 or 16 bits) into RGB of 8 bits, as Pillow's convert("RGB") does.</summary>
internal static unsafe class PixelConverter
{
    /// <summary>How the source's channels are laid out.</summary>
    internal readonly record struct Layout(int Bands, bool SixteenBit, bool Cmyk)
    {
        internal int BytesPerPixel => Bands * (SixteenBit ? 2 : 1);
    }

    /// <param name="source">Pixels as fetched.</param>
    /// <param name="target">3 × <paramref name="pixels"/> bytes.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="layout">What <paramref name="source"/> holds.</param>
    internal static void ToRgb(byte* source, byte* target, int pixels, Layout layout)
    {
        // Of 16 bits the upper 8 are used; on the little-endian machines .NET runs on they are the second byte.
        var step = layout.SixteenBit ? 2 : 1;
        if (layout.SixteenBit && BitConverter.IsLittleEndian)
            source++;

        if (layout.Cmyk)
            FromCmyk(source, target, pixels);
        else if (layout.Bands <= 2)
            FromGray(source, target, pixels, layout.Bands * step);
        else if (layout is { Bands: 3, SixteenBit: false })
            Unsafe.CopyBlockUnaligned(target, source, (uint)pixels * 3);
        else
            FromColour(source, target, pixels, layout.Bands * step, step);
    }

    private static void FromGray(byte* source, byte* target, int pixels, int stride)
    {
        for (var i = 0; i < pixels; i++, source += stride, target += 3)
            target[0] = target[1] = target[2] = *source;
    }

    private static void FromColour(byte* source, byte* target, int pixels, int stride, int step)
    {
        for (var i = 0; i < pixels; i++, source += stride, target += 3)
        {
            target[0] = source[0];
            target[1] = source[step];
            target[2] = source[2 * step];
        }
    }

    /// <summary>libvips has turned Adobe's inverted inks round already, as Pillow does: in every JPEG, marked or not.</summary>
    private static void FromCmyk(byte* source, byte* target, int pixels)
    {
        for (var i = 0; i < pixels; i++, source += 4, target += 3)
        {
            var white = 255 - source[3];
            for (var c = 0; c < 3; c++)
                target[c] = (byte)(white - MultiplyDivide255(source[c], white));
        }
    }

    /// <summary>a · b / 255, rounded: Pillow's MULDIV255.</summary>
    private static int MultiplyDivide255(int a, int b)
    {
        var t = a * b + 128;
        return ((t >> 8) + t) >> 8;
    }
}
