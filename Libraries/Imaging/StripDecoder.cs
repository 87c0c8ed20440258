namespace Imaging;

/// <summary>Pulls a picture through libvips strip by strip, converts each to RGB and puts it where its orientation says.</summary>
internal static unsafe class StripDecoder
{
    /// <summary>Small enough to stay in the second-level cache between decoding and converting.</summary>
    private const int StripBytes = 256 * 1024;

    internal static DecodedImage Decode(FormatEntry entry, HeaderFacts facts, ReadOnlySpan<byte> file, CancellationToken cancellationToken)
    {
        var essentials = PixelPool.Rent(file.Length);
        try
        {
            var length = entry.Reader!.CopyEssentials(file, essentials);
            // Pinned until the native image that reads from it is gone.
            fixed (byte* data = essentials)
                return Decode(entry, facts, data, length, cancellationToken);
        }
        finally
        {
            PixelPool.Return(essentials);
        }
    }

    private static DecodedImage Decode(FormatEntry entry, HeaderFacts facts, byte* data, int length, CancellationToken cancellationToken)
    {
        using var source = VipsImage.TryOpen(entry.Reader!, data, length) ?? throw Damaged(entry);
        var layout = LayoutOf(source, facts, entry);

        var swap = OrientedTarget.SwapsSides(facts.Orientation);
        var image = new DecodedImage(entry.Format, swap ? facts.Height : facts.Width, swap ? facts.Width : facts.Height);
        try
        {
            fixed (byte* pixels = image.Buffer)
                Fill(pixels, source, facts, layout, entry, cancellationToken);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static void Fill(byte* pixels, VipsImage source, HeaderFacts facts, PixelConverter.Layout layout, FormatEntry entry, CancellationToken cancellationToken)
    {
        var stripRows = Math.Clamp(StripBytes / (facts.Width * layout.BytesPerPixel) / 16 * 16, 16, 256);
        var upright = facts.Orientation == 1;
        var turned = upright ? null : PixelPool.Rent(stripRows * facts.Width * 3);
        try
        {
            fixed (byte* strip = turned)
            {
                var target = new OrientedTarget(pixels, facts.Width, facts.Height, facts.Orientation);
                for (var top = 0; top < facts.Height; top += stripRows)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var rows = Math.Min(stripRows, facts.Height - top);
                    Convert(source, top, rows, facts.Width, layout, upright ? pixels + (nint)top * facts.Width * 3 : strip, entry);
                    if (!upright)
                        target.Write(strip, facts.Width, top, rows);
                }
            }
        }
        finally
        {
            if (turned is not null)
                PixelPool.Return(turned);
        }
    }

    private static void Convert(VipsImage source, int top, int rows, int width, PixelConverter.Layout layout, byte* rgb, FormatEntry entry)
    {
        var fetched = source.TryFetch(top, rows, out var length);
        if (fetched == null)
            throw Damaged(entry);
        try
        {
            if (length != (nuint)rows * (nuint)width * (nuint)layout.BytesPerPixel)
                throw Damaged(entry);
            PixelConverter.ToRgb(fetched, rgb, rows * width, layout);
        }
        finally
        {
            Vips.Free(fetched);
        }
    }

    /// <summary>Checks that the decoder sees the picture that our header reader measured against the limits.</summary>
    private static PixelConverter.Layout LayoutOf(VipsImage source, HeaderFacts facts, FormatEntry entry)
    {
        var sixteenBit = source.Format == Vips.FormatUShort;
        var cmyk = source.Interpretation == Vips.InterpretationCmyk;
        var fits = source.Width == facts.Width && source.Height == facts.Height
            && source.Bands is >= 1 and <= 4
            && (sixteenBit || source.Format == Vips.FormatByte)
            && (!cmyk || (source.Bands == 4 && !sixteenBit));
        if (!fits)
            throw Damaged(entry);
        return new PixelConverter.Layout(source.Bands, sixteenBit, cmyk);
    }

    private static ImageRejectedException Damaged(FormatEntry entry) =>
        new(ImageRejection.Undecodable, $"The {entry.Name} is damaged or incomplete.");
}
