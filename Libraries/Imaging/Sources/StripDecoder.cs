namespace Imaging;

/// <summary>Decodes a whole picture into memory, strip by strip, and puts each where the orientation says.</summary>
internal static unsafe class StripDecoder
{
    /// <summary>Small enough to stay in the second-level cache between decoding and what comes next.</summary>
    private const int StripBytes = 256 * 1024;

    /// <summary>How many rows of this source to ask for at a time.</summary>
    internal static int StripRows(PixelSource source) => Math.Clamp(StripBytes / source.RowBytes / 16 * 16, 16, 256);

    internal static DecodedImage Decode(PixelSource source, ImageFormat format, int orientation, CancellationToken cancellation)
    {
        var swap = OrientedTarget.SwapsSides(orientation);
        var image = new DecodedImage(format, swap ? source.Height : source.Width, swap ? source.Width : source.Height);
        try
        {
            var target = new OrientedTarget(PixelPool.Address(image.Buffer), source.Width, source.Height, orientation);
            var stripRows = StripRows(source);
            for (var top = 0; top < source.Height; top += stripRows)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(stripRows, source.Height - top);
                target.Write(source.Rows(top, count, 0, source.Width), source.Width, top, count);
            }
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }
}
