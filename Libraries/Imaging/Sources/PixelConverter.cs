namespace Imaging;

/// <summary>Turns libvips' pixels (1 to 5 channels of 8 or 16 bits) into RGB of 8 bits, as Pillow's convert("RGB") does, or on white.</summary>
internal static unsafe class PixelConverter
{
    /// <summary>How the source's channels are laid out, and whether its alpha counts.</summary>
    internal readonly record struct Layout(int Bands, bool SixteenBit, bool Cmyk, bool OnWhite)
    {
        internal int BytesPerPixel => Bands * (SixteenBit ? 2 : 1);

        /// <summary>Nothing to convert.</summary>
        internal bool IsRgb => Bands == 3 && !SixteenBit;

        internal bool HasAlpha => !Cmyk && Bands is 2 or 4;
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

        var stride = layout.Bands * step;
        if (layout.Cmyk)
            FromCmyk(source, target, pixels, stride, step);
        else if (layout.Bands <= 2)
            FromGray(source, target, pixels, stride);
        else
            FromColour(source, target, pixels, stride, step);
        if (layout is { OnWhite: true, HasAlpha: true })
            BlendOnWhite(source + stride - step, target, pixels, stride);
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
    private static void FromCmyk(byte* source, byte* target, int pixels, int stride, int step)
    {
        for (var i = 0; i < pixels; i++, source += stride, target += 3)
        {
            var white = 255 - source[3 * step];
            for (var c = 0; c < 3; c++)
                target[c] = (byte)(white - Divide255(source[c * step] * white));
        }
    }

    /// <summary>The picture pasted on white with its alpha as the mask: Pillow's <c>white.paste(picture, mask)</c>.</summary>
    /// <param name="alpha">Of the first pixel.</param>
    /// <param name="target">RGB, blended in place.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="stride">From one pixel's alpha to the next.</param>
    internal static void BlendOnWhite(byte* alpha, byte* target, int pixels, int stride)
    {
        for (var i = 0; i < pixels; i++, alpha += stride, target += 3)
        {
            var white = 255 * (255 - *alpha);
            for (var c = 0; c < 3; c++)
                target[c] = (byte)Divide255(target[c] * *alpha + white);
        }
    }

    /// <summary>x / 255, rounded: Pillow's DIV255.</summary>
    private static int Divide255(int x)
    {
        x += 128;
        return ((x >> 8) + x) >> 8;
    }
}
