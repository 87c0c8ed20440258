using Imaging;
using NUnit.Framework;
using TestSupport;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

/// <summary>Pictures whose numbers are known beforehand.</summary>
public class MetricsTests
{
    private const int Side = 64;
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    [Test]
    public void Black_is_dark_flat_and_says_nothing() =>
        Assert.That(Of((_, _) => (0, 0, 0)), Is.EqualTo(new ImageMetrics(0, 0, 0, 0, 0)));

    [Test]
    public void White_is_bright_and_flat() =>
        Assert.That(Of((_, _) => (255, 255, 255)), Is.EqualTo(new ImageMetrics(1, 0, 0, 0, 0)));

    [Test]
    public void A_checkerboard_of_single_pixels_has_the_highest_contrast_and_sharpness()
    {
        // Every Laplacian is 4 · 255 one way or the other: variance (4 · 255)². Two levels alike: one bit.
        var metrics = Of((x, y) => (x + y) % 2 == 0 ? (255, 255, 255) : (0, 0, 0));
        Assert.That(metrics, Is.EqualTo(new ImageMetrics(0.5, 0.5, 1040400, 0, 1)));
    }

    [Test]
    public void Pure_colours_are_saturated() =>
        Assert.Multiple(() =>
        {
            Assert.That(Of((_, _) => (255, 0, 0)).Saturation, Is.EqualTo(1));
            Assert.That(Of((_, _) => (255, 0, 0)).Brightness, Is.EqualTo(0.298).Within(0.0005), "76 of 255");
            Assert.That(Of((_, _) => (200, 150, 100)).Saturation, Is.EqualTo(0.5));
            Assert.That(Of((_, _) => (80, 80, 80)).Saturation, Is.Zero);
        });

    [Test]
    public void A_ramp_of_all_levels_has_the_entropy_of_its_levels()
    {
        var metrics = Of((x, _) => (x * 4, x * 4, x * 4));
        Assert.That(metrics.Entropy, Is.EqualTo(6), "64 levels alike");
        Assert.That(metrics.Sharpness, Is.Zero, "a ramp has no second derivative");
    }

    [Test]
    public void Blurring_lowers_sharpness_and_leaves_brightness()
    {
        var random = new Random(5);
        var noise = new int[Side, Side];
        for (var i = 0; i < Side * Side; i++)
            noise[i % Side, i / Side] = random.Next(256);
        int Blurred(int x, int y, int reach)
        {
            var (sum, count) = (0, 0);
            for (var dx = -reach; dx <= reach; dx++)
                for (var dy = -reach; dy <= reach; dy++, count++)
                    sum += noise[(x + dx + Side) % Side, (y + dy + Side) % Side];
            return sum / count;
        }
        var series = Enumerable.Range(0, 4).Select(reach => Of((x, y) => (Blurred(x, y, reach), Blurred(x, y, reach), Blurred(x, y, reach)))).ToArray();
        Assert.That(series.Select(m => m.Sharpness), Is.Ordered.Descending);
        Assert.That(series[0].Sharpness, Is.GreaterThan(10 * series[3].Sharpness));
        Assert.That(series[3].Brightness, Is.EqualTo(series[0].Brightness).Within(0.01));
    }

    [Test]
    public void The_border_of_a_contained_picture_is_not_measured()
    {
        var white = Enumerable.Repeat((byte)255, 40 * 10 * 3).ToArray();
        var preprocessor = new ImagePreprocessor(new ImageInput { Width = 40, Height = 40, Resize = ResizeMode.Contain });
        Assert.That(Decoder.Prepare(PngRgb(40, 10, white), preprocessor, new float[preprocessor.Length], default).Metrics, Is.EqualTo(new ImageMetrics(1, 0, 0, 0, 0)));
    }

    [Test]
    public void A_gray_model_sees_no_colour_and_a_single_pixel_no_edge() =>
        Assert.Multiple(() =>
        {
            Assert.That(Of((_, _) => (255, 0, 0), new ImageInput { Width = Side, Height = Side, Colour = ColourOrder.Gray }).Saturation, Is.Zero);
            Assert.That(Of((x, _) => (x, x, x), new ImageInput { Width = 1, Height = 1 }).Sharpness, Is.Zero);
        });

    [Test]
    public void Both_ways_to_a_tensor_give_the_same_values_and_numbers(
        [Values] ResizeMode resize, [Values] ColourOrder colour, [Values(1, 6)] int orientation, [Values("301x173", "90x400", "64x48")] string size)
    {
        var (width, height) = (int.Parse(size.Split('x')[0]), int.Parse(size.Split('x')[1]));
        var file = PngRgb(width, height, Noise(width, height), Chunk("eXIf", ExifBlock(orientation)));
        var preprocessor = new ImagePreprocessor(new ImageInput { Width = 64, Height = 48, Resize = resize, Colour = colour, Interpolation = Interpolation.Bicubic });
        var (whole, streamed) = (new float[preprocessor.Length], new float[preprocessor.Length]);
        using var image = Decoder.Decode(file, default);
        var metrics = preprocessor.Write(image, whole);
        var prepared = Decoder.Prepare(file, preprocessor, streamed, default);
        Assert.That(streamed, Is.EqualTo(whole));
        Assert.That(prepared, Is.EqualTo(new PreparedImage(ImageFormat.Png, image.Width, image.Height, metrics)));
    }

    [Test]
    public void A_picture_cut_off_below_what_the_model_sees_is_still_refused()
    {
        // 20 wide and 900 high, of which the model sees 20 rows in the middle; the file lacks its last rows.
        var file = PngRgb(20, 900, Noise(20, 900));
        var preprocessor = new ImagePreprocessor(new ImageInput { Width = 20, Height = 20, Resize = ResizeMode.CoverCrop });
        Assert.That(() => Decoder.Prepare(file[..^2000], preprocessor, new float[preprocessor.Length], default), Throws.InstanceOf<ImageRejectedException>());
    }

    [Test]
    public void A_destination_that_is_too_short_is_refused_before_decoding() =>
        Assert.That(() => Decoder.Prepare(AvifImages.Rgb, new ImagePreprocessor(new ImageInput { Width = 8, Height = 8 }), new float[5], default), Throws.ArgumentException);

    private static ImageMetrics Of(Func<int, int, (int R, int G, int B)> colour, ImageInput? input = null)
    {
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < Side * Side; i++)
        {
            var (r, g, b) = colour(i % Side, i / Side);
            (pixels[i * 3], pixels[i * 3 + 1], pixels[i * 3 + 2]) = ((byte)r, (byte)g, (byte)b);
        }
        var preprocessor = new ImagePreprocessor(input ?? new ImageInput { Width = Side, Height = Side });
        return Decoder.Prepare(PngRgb(Side, Side, pixels), preprocessor, new float[preprocessor.Length], default).Metrics;
    }
}
