using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

/// <summary>Every pixel format becomes RGB of 8 bits.</summary>
public class ColourTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    private static byte[] Decode(byte[] file)
    {
        using var image = Decoder.Decode(file, CancellationToken.None);
        return image.Pixels.ToArray();
    }

    [Test]
    public void Rgb_is_kept()
    {
        var pixels = Noise(31, 17);
        Assert.That(Decode(PngRgb(31, 17, pixels)), Is.EqualTo(pixels));
    }

    [Test]
    public void Alpha_is_dropped_not_blended() =>
        Assert.That(Decode(Png(2, 1, 8, 6, [10, 20, 30, 0, 40, 50, 60, 255])), Is.EqualTo(new byte[] { 10, 20, 30, 40, 50, 60 }));

    [Test]
    public void Gray_fills_three_channels() =>
        Assert.That(Decode(Png(2, 1, 8, 0, [7, 200])), Is.EqualTo(new byte[] { 7, 7, 7, 200, 200, 200 }));

    [Test]
    public void Gray_with_alpha_loses_its_alpha() =>
        Assert.That(Decode(Png(2, 1, 8, 4, [7, 0, 200, 128])), Is.EqualTo(new byte[] { 7, 7, 7, 200, 200, 200 }));

    [Test]
    public void One_bit_is_black_and_white() =>
        Assert.That(Decode(Png(2, 1, 1, 0, [0b0100_0000])), Is.EqualTo(new byte[] { 0, 0, 0, 255, 255, 255 }));

    [Test]
    public void Four_bits_are_spread_over_the_range() =>
        Assert.That(Decode(Png(2, 1, 4, 0, [0x3F])), Is.EqualTo(new byte[] { 51, 51, 51, 255, 255, 255 }));

    [Test]
    public void A_palette_is_looked_up_and_its_transparency_dropped() =>
        Assert.That(
            Decode(Png(2, 1, 8, 3, [1, 0], Chunk("PLTE", [1, 2, 3, 4, 5, 6]), Chunk("tRNS", [0, 128]))),
            Is.EqualTo(new byte[] { 4, 5, 6, 1, 2, 3 }));

    [Test]
    public void A_transparent_colour_stays_a_colour() =>
        Assert.That(Decode(Png(1, 1, 8, 2, [9, 8, 7], Chunk("tRNS", [0, 9, 0, 8, 0, 7]))), Is.EqualTo(new byte[] { 9, 8, 7 }));

    [Test]
    public void Of_sixteen_bits_the_upper_eight_count() =>
        Assert.Multiple(() =>
        {
            Assert.That(Decode(Png(1, 1, 16, 2, [0x12, 0xFF, 0x34, 0x00, 0x56, 0x80])), Is.EqualTo(new byte[] { 0x12, 0x34, 0x56 }), "RGB");
            Assert.That(Decode(Png(1, 1, 16, 6, [0x12, 0xFF, 0x34, 0x00, 0x56, 0x80, 0, 0])), Is.EqualTo(new byte[] { 0x12, 0x34, 0x56 }), "RGBA");
            Assert.That(Decode(Png(1, 1, 16, 0, [0x9A, 0xFF])), Is.EqualTo(new byte[] { 0x9A, 0x9A, 0x9A }), "gray");
            Assert.That(Decode(Png(1, 1, 16, 4, [0x9A, 0xFF, 0, 1])), Is.EqualTo(new byte[] { 0x9A, 0x9A, 0x9A }), "gray with alpha");
        });

    [Test]
    public void A_colour_jpeg_has_its_colours([Values] bool progressive)
    {
        var pixels = Decode(progressive ? JpegProgressive : JpegRgb);
        Assert.That(pixels[..3], Is.EqualTo(new byte[] { 200, 30, 39 }));
        Assert.That(pixels[^3..], Is.EqualTo(new byte[] { 20, 60, 220 }));
    }

    [Test]
    public void A_gray_jpeg_fills_three_channels()
    {
        var pixels = Decode(JpegGray);
        Assert.That(pixels[..3], Is.EqualTo(new byte[] { 82, 82, 82 }));
        Assert.That(pixels[^3..], Is.EqualTo(new byte[] { 66, 66, 66 }));
    }

    [Test]
    public void A_cmyk_jpeg_has_its_colours_with_and_without_adobes_marker()
    {
        var marked = JpegCmyk;
        byte[] bare = [.. marked[..2], .. marked[18..]];
        Assert.That(Decode(marked)[..3], Is.EqualTo(new byte[] { 200, 30, 40 }));
        Assert.That(Decode(bare), Is.EqualTo(Decode(marked)));
    }
}
