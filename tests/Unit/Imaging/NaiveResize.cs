using Imaging;

namespace Unit.Imaging;

/// <summary>Resizing written to be read, not to be fast: the whole picture, one value at a time, no two lines shared with the library.</summary>
internal static class NaiveResize
{
    /// <returns>[newHeight, newWidth, channels]</returns>
    internal static byte[] Resize(byte[] pixels, int width, int height, int channels, int newWidth, int newHeight, Interpolation filter)
    {
        var narrow = Along(pixels, width, height, channels, newWidth, filter);
        return Transpose(Along(Transpose(narrow, newWidth, height, channels), height, newWidth, channels, newHeight, filter), newHeight, newWidth, channels);
    }

    internal static byte[] Crop(byte[] pixels, int width, int channels, int left, int top, int newWidth, int newHeight)
    {
        var result = new byte[newWidth * newHeight * channels];
        for (var y = 0; y < newHeight; y++)
            pixels.AsSpan(((top + y) * width + left) * channels, newWidth * channels).CopyTo(result.AsSpan(y * newWidth * channels));
        return result;
    }

    private static byte[] Along(byte[] pixels, int width, int height, int channels, int newWidth, Interpolation filter)
    {
        var result = new byte[newWidth * height * channels];
        var scale = (double)width / newWidth;
        var shrink = scale < 1 ? 1 : scale;
        var reach = (filter == Interpolation.Bicubic ? 2.0 : 1.0) * shrink;
        for (var x = 0; x < newWidth; x++)
        {
            var centre = (x + 0.5) * scale;
            var from = Math.Max(0, (int)(centre - reach + 0.5));
            var to = Math.Min(width, (int)(centre + reach + 0.5));
            var shares = new double[to - from];
            for (var i = from; i < to; i++)
                shares[i - from] = Weight((i - centre + 0.5) * (1 / shrink), filter);
            double sum = 0;
            foreach (var share in shares)
                sum += share;
            var fixedPoint = shares.Select(s => s / sum).Select(s => (long)(s < 0 ? s * 4194304 - 0.5 : s * 4194304 + 0.5)).ToArray();
            for (var y = 0; y < height; y++)
            {
                for (var c = 0; c < channels; c++)
                {
                    long total = 2097152;
                    for (var i = from; i < to; i++)
                        total += fixedPoint[i - from] * pixels[(y * width + i) * channels + c];
                    result[(y * newWidth + x) * channels + c] = (byte)Math.Clamp(total >> 22, 0, 255);
                }
            }
        }
        return result;
    }

    private static double Weight(double x, Interpolation filter)
    {
        var d = Math.Abs(x);
        if (filter == Interpolation.Bilinear)
            return d < 1 ? 1 - d : 0;
        return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? (((d - 5) * d + 8) * d - 4) * -0.5 : 0;
    }

    private static byte[] Transpose(byte[] pixels, int width, int height, int channels)
    {
        var result = new byte[pixels.Length];
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                for (var c = 0; c < channels; c++)
                    result[(x * height + y) * channels + c] = pixels[(y * width + x) * channels + c];
        return result;
    }
}
