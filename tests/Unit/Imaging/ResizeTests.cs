using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

/// <summary>The library's resizing against the naive one, bit for bit.</summary>
public class ResizeTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    /// <summary>The tensor as levels 0..255, [H, W, C].</summary>
    private static byte[] Levels(byte[] pixels, int width, int height, ImageInput input)
    {
        using var image = Decoder.Decode(PngRgb(width, height, pixels), CancellationToken.None);
        var preprocessor = new ImagePreprocessor(input with { Scale = 1, Layout = TensorLayout.Nhwc });
        var tensor = new float[preprocessor.Length];
        preprocessor.Write(image, tensor);
        return [.. tensor.Select(v => (byte)v)];
    }

    [Test]
    public void Stretching_equals_the_naive_way(
        [Values(Interpolation.Bilinear, Interpolation.Bicubic)] Interpolation filter,
        [Values("1x1", "2x3", "7x5", "64x48", "64x1", "1x64", "201x33", "150x151")] string size)
    {
        var (width, height) = Parse(size);
        var pixels = Noise(width, height);
        foreach (var (w, h) in new[] { (64, 48), (1, 1), (31, 77), (width, 9), (9, height) })
        {
            var levels = Levels(pixels, width, height, new ImageInput { Width = w, Height = h, Interpolation = filter });
            Assert.That(levels, Is.EqualTo(NaiveResize.Resize(pixels, width, height, 3, w, h, filter)), $"{size} to {w}x{h}");
        }
    }

    [Test]
    public void Black_and_white_stay_in_range_where_the_cubic_overshoots()
    {
        var pixels = new byte[60 * 40 * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = i / 3 % 7 < 3 ? (byte)255 : (byte)0;
        var levels = Levels(pixels, 60, 40, new ImageInput { Width = 91, Height = 83, Interpolation = Interpolation.Bicubic });
        Assert.That(levels, Is.EqualTo(NaiveResize.Resize(pixels, 60, 40, 3, 91, 83, Interpolation.Bicubic)));
    }

    [Test]
    public void A_long_row_shrinks_to_one_pixel_without_overflow([Values] Interpolation filter)
    {
        var pixels = new byte[16384 * 3];
        Array.Fill(pixels, (byte)255);
        Assert.That(Levels(pixels, 16384, 1, new ImageInput { Width = 1, Height = 1, Interpolation = filter }), Is.EqualTo(new byte[] { 255, 255, 255 }));
    }

    [Test]
    public void Gray_is_taken_before_resizing()
    {
        var pixels = Noise(50, 30);
        var gray = new byte[50 * 30];
        for (var i = 0; i < gray.Length; i++)
            gray[i] = (byte)((pixels[3 * i] * 19595 + pixels[3 * i + 1] * 38470 + pixels[3 * i + 2] * 7471 + 32768) >> 16);
        var levels = Levels(pixels, 50, 30, new ImageInput { Width = 23, Height = 41, Colour = ColourOrder.Gray });
        Assert.That(levels, Is.EqualTo(NaiveResize.Resize(gray, 50, 30, 1, 23, 41, Interpolation.Bilinear)));
    }

    // torchvision: Resize(shorter side), the longer side rounded down; CenterCrop at round-half-even of half the rest.
    [TestCase("90x61", 32, 32, 40, "59x40", 14, 4)]
    [TestCase("61x90", 32, 32, 40, "40x59", 4, 14)]
    [TestCase("90x67", 32, 32, 40, "53x40", 10, 4)]
    [TestCase("50x50", 31, 31, 32, "32x32", 0, 0)]
    [TestCase("90x61", 32, 32, null, "47x32", 8, 0)]
    [TestCase("90x61", 40, 20, null, "40x27", 0, 4)]
    [TestCase("30x61", 40, 20, null, "40x81", 0, 30)]
    public void Covering_keeps_proportions_and_cuts_the_centre(string size, int w, int h, int? shorter, string resized, int left, int top)
    {
        var (width, height) = Parse(size);
        var (rw, rh) = Parse(resized);
        var pixels = Noise(width, height);
        var expected = NaiveResize.Crop(NaiveResize.Resize(pixels, width, height, 3, rw, rh, Interpolation.Bicubic), rw, 3, left, top, w, h);
        var levels = Levels(pixels, width, height, new ImageInput { Width = w, Height = h, Resize = ResizeMode.CoverCrop, ResizeShorterSide = shorter, Interpolation = Interpolation.Bicubic });
        Assert.That(levels, Is.EqualTo(expected));
    }

    [TestCase("90x61", 40, 40, "40x27", 0, 6)]
    [TestCase("61x90", 40, 40, "27x40", 6, 0)]
    [TestCase("500x1", 40, 40, "40x1", 0, 20)]
    [TestCase("80x80", 40, 40, "40x40", 0, 0)]
    public void Containing_keeps_the_whole_picture_on_the_border_colour(string size, int w, int h, string resized, int left, int top)
    {
        var (width, height) = Parse(size);
        var (rw, rh) = Parse(resized);
        var pixels = Noise(width, height);
        var inner = NaiveResize.Resize(pixels, width, height, 3, rw, rh, Interpolation.Bilinear);
        var expected = new byte[w * h * 3];
        for (var i = 0; i < expected.Length; i += 3)
            (expected[i], expected[i + 1], expected[i + 2]) = (114, 15, 16);
        for (var y = 0; y < rh; y++)
            inner.AsSpan(y * rw * 3, rw * 3).CopyTo(expected.AsSpan(((top + y) * w + left) * 3));
        var levels = Levels(pixels, width, height, new ImageInput { Width = w, Height = h, Resize = ResizeMode.Contain, PadColour = [114, 15, 16] });
        Assert.That(levels, Is.EqualTo(expected));
    }

    [Test]
    public unsafe void The_portable_path_gives_the_same_bits_as_the_vector_path([Values] Interpolation filter, [Values(13, 64, 257)] int width)
    {
        const int rows = 5, outputs = 48;
        var pixels = new byte[width * rows * 3 + PixelPool.Slack];
        new Random(3).NextBytes(pixels);
        using var taps = new FilterTaps(new AxisPlan(width, outputs, 0, outputs, 0), filter);
        using var packed = new PackedWeights(taps);
        var fast = new byte[outputs * rows * 3];
        var plain = new byte[outputs * rows * 3];
        fixed (byte* source = pixels, a = fast, b = plain)
        {
            HorizontalPass.Run(source, width * 3, a, rows, 3, taps, packed);
            HorizontalPass.Run(source, width * 3, b, rows, 3, taps, packed, vectors: false);
        }
        Assert.That(fast, Is.EqualTo(plain));
    }

    private static (int, int) Parse(string size) => (int.Parse(size.Split('x')[0]), int.Parse(size.Split('x')[1]));
}
