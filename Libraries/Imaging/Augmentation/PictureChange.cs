namespace Imaging;

/// <summary>A change of a picture that leaves what it shows: training learns from such copies besides the picture itself.</summary>
/// <param name="Flipped">Left and right are exchanged.</param>
/// <param name="Degrees">Turned about the centre; what comes in at the corners mirrors what is there.</param>
/// <param name="Share">How much of each side is kept, above 0 to 1.</param>
/// <param name="Left">Where in the width the part that is kept lies, from 0 (left) to 1 (right).</param>
/// <param name="Top">The same in the height.</param>
/// <param name="Brightness">Every channel is multiplied by it.</param>
public sealed record PictureChange(bool Flipped = false, double Degrees = 0, double Share = 1, double Left = 0, double Top = 0, double Brightness = 1)
{
    /// <summary>The changed picture; the caller disposes it. Bilinear, on whole pixels exact.</summary>
    /// <param name="picture">Stays as it is.</param>
    /// <param name="enough">A picture is shrunk by a whole number first while its shorter side keeps so many pixels: those of a camera would be turned for nothing.</param>
    public DecodedImage Apply(DecodedImage picture, int enough)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfLessThan(enough, 1);
        var factor = Math.Min(picture.Width, picture.Height) / enough;
        if (factor <= 1)
            return Warp(picture);
        using var shrunk = Shrink(picture, factor);
        return Warp(shrunk);
    }

    private DecodedImage Warp(DecodedImage picture)
    {
        var result = new DecodedImage(picture.Format, Kept(picture.Width), Kept(picture.Height));
        var (left, top) = ((picture.Width - result.Width) * Left, (picture.Height - result.Height) * Top);
        var (sin, cos) = Math.SinCos(Degrees * Math.PI / 180);
        var (middleX, middleY) = ((picture.Width - 1) / 2.0, (picture.Height - 1) / 2.0);
        var source = picture.Pixels;
        var target = result.Buffer.AsSpan();
        for (int y = 0, at = 0; y < result.Height; y++)
        {
            for (var x = 0; x < result.Width; x++, at += 3)
            {
                var (dx, dy) = (left + (Flipped ? result.Width - 1 - x : x) - middleX, top + y - middleY);
                Sample(source, picture.Width, picture.Height, (cos * dx) + (sin * dy) + middleX, (cos * dy) - (sin * dx) + middleY, target.Slice(at, 3));
            }
        }
        return result;
    }

    private int Kept(int side) => Math.Clamp((int)Math.Round(side * Share), 1, side);

    private void Sample(ReadOnlySpan<byte> source, int width, int height, double x, double y, Span<byte> pixel)
    {
        (x, y) = (Mirror(x, width - 1), Mirror(y, height - 1));
        var (left, top) = ((int)x, (int)y);
        var (toRight, toBottom) = ((float)(x - left), (float)(y - top));
        var upper = ((top * width) + left) * 3;
        var right = left + 1 < width ? 3 : 0;
        var lower = top + 1 < height ? upper + (width * 3) : upper;
        for (var channel = 0; channel < 3; channel++)
        {
            var above = source[upper + channel] + ((source[upper + right + channel] - source[upper + channel]) * toRight);
            var below = source[lower + channel] + ((source[lower + right + channel] - source[lower + channel]) * toRight);
            pixel[channel] = (byte)Math.Clamp(((above + ((below - above) * toBottom)) * (float)Brightness) + 0.5f, 0, 255);
        }
    }

    private static double Mirror(double at, int last)
    {
        if (at < 0)
            at = -at;
        return Math.Clamp(at > last ? (2.0 * last) - at : at, 0, last);
    }

    /// <summary>Means of squares of so many pixels; what is left over at the right and below is dropped.</summary>
    private static DecodedImage Shrink(DecodedImage picture, int factor)
    {
        var result = new DecodedImage(picture.Format, picture.Width / factor, picture.Height / factor);
        var source = picture.Pixels;
        var (target, sums) = (result.Buffer, new int[result.Width * 3]);
        for (var y = 0; y < result.Height; y++)
        {
            Array.Clear(sums);
            for (var row = y * factor; row < (y + 1) * factor; row++)
            {
                var line = source.Slice(row * picture.Width * 3, result.Width * factor * 3);
                for (var i = 0; i < line.Length; i++)
                    sums[(i / 3 / factor * 3) + (i % 3)] += line[i];
            }
            for (var i = 0; i < sums.Length; i++)
                target[(y * sums.Length) + i] = (byte)((sums[i] + (factor * factor / 2)) / (factor * factor));
        }
        return result;
    }
}
