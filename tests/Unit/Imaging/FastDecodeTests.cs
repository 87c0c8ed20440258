using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

/// <summary>Scaled decoding is asked for, only for JPEG, and stays close.</summary>
public class FastDecodeTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    private static ImagePreprocessor For(int side, bool fast) =>
        new(new ImageInput { Width = side, Height = side, FastDecode = fast, Scale = 1 });

    [TestCase(800, 800, 1)]
    [TestCase(1599, 1600, 1)]
    [TestCase(1600, 1600, 2)]
    [TestCase(3200, 9000, 4)]
    [TestCase(16000, 16000, 8)]
    public void A_picture_stays_twice_as_large_as_needed(int width, int height, int shrink)
    {
        Assert.That(For(400, fast: true).ShrinkFor(width, height), Is.EqualTo(shrink));
        Assert.That(For(400, fast: false).ShrinkFor(width, height), Is.EqualTo(1));
    }

    [Test]
    public void A_jpeg_decoded_at_a_fraction_is_close_and_keeps_its_size_on_record()
    {
        var (exact, fast) = (new float[12], new float[12]);
        var whole = Decoder.Prepare(JpegRgb, For(2, fast: false), exact, default);
        var part = Decoder.Prepare(JpegRgb, For(2, fast: true), fast, default);
        Assert.That((part.Width, part.Height), Is.EqualTo((whole.Width, whole.Height)));
        Assert.That(fast, Is.EqualTo(exact).Within(6f));
    }

    [Test]
    public void A_fraction_of_a_jpeg_has_a_fraction_of_its_rows()
    {
        var entry = FormatTable.Recognise(JpegRgb);
        using var source = entry.Reader!.Open(entry, JpegRgb, entry.Reader.ReadHeader(JpegRgb, new ImageLimits()), new OpenOptions(AlphaMode.Drop, Shrink: 4));
        Assert.That((source.Width, source.Height), Is.EqualTo((4, 2)));
    }

    [Test]
    public void A_png_is_always_exact()
    {
        var file = PngRgb(64, 64, Noise(64, 64));
        var (exact, fast) = (new float[12], new float[12]);
        Decoder.Prepare(file, For(2, fast: false), exact, default);
        Decoder.Prepare(file, For(2, fast: true), fast, default);
        Assert.That(fast, Is.EqualTo(exact));
    }
}
