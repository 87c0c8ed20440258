using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

public class OrientationTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    [TestCase(1, "abc def")]
    [TestCase(2, "cba fed")]
    [TestCase(3, "fed cba")]
    [TestCase(4, "def abc")]
    [TestCase(5, "ad be cf")]
    [TestCase(6, "da eb fc")]
    [TestCase(7, "fc eb da")]
    [TestCase(8, "cf be ad")]
    public void A_picture_is_turned_upright(int orientation, string upright)
    {
        var file = PngRgb(3, 2, [.. "abcdef"u8.ToArray().SelectMany(v => new[] { v, (byte)(v + 50), (byte)(v + 100) })], Chunk("eXIf", ExifBlock(orientation)));
        using var image = Decoder.Decode(file, CancellationToken.None);

        var rows = upright.Split(' ');
        Assert.That((image.Width, image.Height), Is.EqualTo((rows[0].Length, rows.Length)));
        var expected = upright.Replace(" ", "").SelectMany(v => new[] { (byte)v, (byte)(v + 50), (byte)(v + 100) });
        Assert.That(image.Pixels.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void A_picture_of_several_strips_is_turned_upright([Range(1, 8)] int orientation)
    {
        const int w = 33, h = 700;
        var stored = Noise(w, h);
        using var image = Decoder.Decode(PngRgb(w, h, stored, Chunk("eXIf", ExifBlock(orientation))), CancellationToken.None);

        var expected = new byte[stored.Length];
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var (sx, sy) = orientation switch
                {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    8 => (w - 1 - y, x),
                    _ => (x, y),
                };
                stored.AsSpan((sy * w + sx) * 3, 3).CopyTo(expected.AsSpan((y * image.Width + x) * 3));
            }
        }
        Assert.That(image.Pixels.SequenceEqual(expected));
    }

    [Test]
    public void A_jpegs_orientation_is_read_in_either_byte_order([Values] bool bigEndian, [Values(3, 4)] int type)
    {
        var file = WithSegment(JpegRgb, 0xE1, [.. "Exif\0\0"u8, .. ExifBlock(6, bigEndian, (ushort)type)]);
        Assert.That(Decoder.ReadHeader(file), Is.EqualTo(new ImageHeader(ImageFormat.Jpeg, 16, 8, 6)));
        using var image = Decoder.Decode(file, CancellationToken.None);
        Assert.That((image.Width, image.Height), Is.EqualTo((8, 16)));
        Assert.That(image.Pixels[0], Is.EqualTo(200), "the left half is on top");
    }

    [Test]
    public void The_first_exif_block_counts()
    {
        var file = WithSegment(JpegRgb, 0xE1, [.. "Exif\0\0"u8, .. ExifBlock(6)]);
        file = WithSegment(file, 0xE1, [.. "Exif\0\0"u8, .. ExifBlock(3)]);
        Assert.That(Decoder.ReadHeader(file).Orientation, Is.EqualTo(3));
    }

    [TestCase(0)]
    [TestCase(9)]
    public void An_orientation_that_does_not_exist_is_none(int orientation) =>
        Assert.That(Decoder.ReadHeader(WithSegment(JpegRgb, 0xE1, [.. "Exif\0\0"u8, .. ExifBlock(orientation)])).Orientation, Is.EqualTo(1));

    [Test]
    public void A_cut_off_exif_block_is_no_reason_to_refuse_a_picture()
    {
        var block = ExifBlock(6);
        for (var length = 0; length < block.Length; length++)
        {
            using var image = Decoder.Decode(WithSegment(JpegRgb, 0xE1, [.. "Exif\0\0"u8, .. block[..length]]), CancellationToken.None);
            Assert.That(image.Width, Is.EqualTo(length < 22 ? 16 : 8), $"{length} bytes");
        }
    }
}
