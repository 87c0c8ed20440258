namespace Imaging;

/// <summary>
/// What a picture looks like in five numbers, measured on the picture as the model sees it: resized and cut, before
/// normalisation, without the border of <see cref="ResizeMode.Contain"/>. From at most 64 × 64 pixels on a regular grid, so
/// the same picture gives the same numbers and none costs more than another. Y is the luminance 0..255 (ITU-R 601-2, <c>convert("L")</c>).
/// </summary>
/// <param name="Brightness">Mean of Y / 255: 0 black, 1 white.</param>
/// <param name="Contrast">RMS contrast (Peli 1990): standard deviation of Y / 255; 0 a flat picture, 0.5 half black and half white.</param>
/// <param name="Sharpness">Variance of the Laplacian (Pech-Pacheco et al. 2000): of 4 Y minus its four neighbours, in levels². 0 is flat or a ramp; the grid's pixels have their true neighbours, so no detail is lost to it.</param>
/// <param name="Saturation">Mean of HSV's S = (max − min) / max of red, green and blue, 0 for black: 0 gray, 1 pure colours. 0 for a model that takes gray.</param>
/// <param name="Entropy">Shannon entropy of the histogram of Y in 256 bins, in bits: 0 one level, 8 all levels alike.</param>
public readonly record struct ImageMetrics(double Brightness, double Contrast, double Sharpness, double Saturation, double Entropy)
{
    private const int MaxGrid = 64;

    /// <param name="pixels">[height, width, channels] without padding.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">1 or 3.</param>
    internal static unsafe ImageMetrics Measure(byte* pixels, int width, int height, int channels)
    {
        var (stepX, stepY) = ((width + MaxGrid - 1) / MaxGrid, (height + MaxGrid - 1) / MaxGrid);
        var stride = (nint)width * channels;
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        long sum = 0, squares = 0, edges = 0, edgeSquares = 0;
        var (count, inner, saturation) = (0, 0, 0.0);
        for (var y = stepY / 2; y < height; y += stepY)
        {
            for (var x = stepX / 2; x < width; x += stepX)
            {
                var at = pixels + y * stride + (nint)x * channels;
                var level = Level(at, channels);
                histogram[level]++;
                sum += level;
                squares += level * level;
                count++;
                if (channels == 3)
                    saturation += SaturationOf(at);
                if (x == 0 || y == 0 || x == width - 1 || y == height - 1)
                    continue;
                var edge = 4 * level - Level(at - stride, channels) - Level(at + stride, channels) - Level(at - channels, channels) - Level(at + channels, channels);
                edges += edge;
                edgeSquares += edge * edge;
                inner++;
            }
        }
        return new ImageMetrics(
            Round((double)sum / count / 255), Round(Math.Sqrt(Variance(sum, squares, count)) / 255),
            Round(Variance(edges, edgeSquares, inner)), Round(saturation / count), Round(EntropyOf(histogram, count)));
    }

    private static unsafe int Level(byte* pixel, int channels) => channels == 1 ? *pixel : Luminance.Of(pixel[0], pixel[1], pixel[2]);

    private static unsafe double SaturationOf(byte* pixel)
    {
        var max = Math.Max(pixel[0], Math.Max(pixel[1], pixel[2]));
        return max == 0 ? 0 : (double)(max - Math.Min(pixel[0], Math.Min(pixel[1], pixel[2]))) / max;
    }

    /// <summary>In whole numbers up to the division: no order of summation changes the result.</summary>
    private static double Variance(long sum, long squares, int count) =>
        count == 0 ? 0 : (double)(squares * count - sum * sum) / ((double)count * count);

    private static double EntropyOf(ReadOnlySpan<int> histogram, int count)
    {
        var bits = 0.0;
        foreach (var bin in histogram)
        {
            if (bin > 0)
                bits -= (double)bin / count * Math.Log2((double)bin / count);
        }
        return bits;
    }

    /// <summary>Four decimals tell pictures apart and keep records short.</summary>
    private static double Round(double value) => Math.Round(value, 4);
}
