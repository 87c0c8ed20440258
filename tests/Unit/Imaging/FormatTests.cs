using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

public class FormatTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    [Test]
    public void Every_known_format_is_accepted() =>
        Assert.That(ImageDecoder.AcceptedFormats, Is.EqualTo(Enum.GetValues<ImageFormat>()));

    [TestCase("GIF89a..........", "GIF")]
    [TestCase("GIF87a..........", "GIF")]
    [TestCase("RIFF....WEBPVP8 ", "WebP")]
    [TestCase("II*\0............", "TIFF")]
    [TestCase("MM\0*............", "TIFF")]
    [TestCase("BM..............", "BMP")]
    [TestCase("\0\0\0 ftypavif....", "AVIF")]
    public void A_start_without_a_picture_is_refused_by_the_formats_name(string start, string name)
    {
        var rejection = Assert.Throws<ImageRejectedException>(() => Decoder.ReadHeader(System.Text.Encoding.Latin1.GetBytes(start)))!;
        Assert.That(rejection.Reason, Is.EqualTo(ImageRejection.Undecodable));
        Assert.That(rejection.Message, Does.Contain(name));
    }

    [TestCase("<svg xmlns=")]
    [TestCase("%PDF-1.7")]
    [TestCase("RIFF....WAVE")]
    [TestCase("B")]
    public void Anything_else_is_unknown(string start)
    {
        var rejection = Assert.Throws<ImageRejectedException>(() => Decoder.ReadHeader(System.Text.Encoding.Latin1.GetBytes(start)))!;
        Assert.That(rejection.Reason, Is.EqualTo(ImageRejection.UnknownFormat));
        Assert.That(rejection.Message, Does.Contain("JPEG, PNG"));
    }

    [Test]
    public void The_header_says_format_and_size() =>
        Assert.Multiple(() =>
        {
            Assert.That(Decoder.ReadHeader(JpegProgressive), Is.EqualTo(new ImageHeader(ImageFormat.Jpeg, 16, 8, 1)));
            Assert.That(Decoder.ReadHeader(PngRgb(5, 4, Noise(5, 4))), Is.EqualTo(new ImageHeader(ImageFormat.Png, 5, 4, 1)));
        });

    [Test]
    public void Every_prefix_of_a_png_is_refused()
    {
        // Of several strips, so that most prefixes end after the decoder has given its first rows.
        var file = PngRgb(150, 900, Noise(150, 900));
        // The last chunk is an empty end mark; everything before it belongs to the picture.
        for (var length = 8; length < file.Length - 16; length += file.Length / 40)
            Assert.That(Rejected(file[..length]), Is.EqualTo(ImageRejection.Undecodable), $"{length} of {file.Length} bytes");
    }

    [Test]
    public void Every_prefix_of_a_jpeg_is_refused()
    {
        var file = JpegProgressive;
        for (var length = 3; length < file.Length - 1; length += 5)
            Assert.That(Rejected(file[..length]), Is.EqualTo(ImageRejection.Undecodable), $"{length} of {file.Length} bytes");
    }

    [Test]
    public void A_damaged_png_row_is_refused_without_native_words()
    {
        var file = PngRgb(20, 20, Noise(20, 20));
        file[file.Length / 2] ^= 0x55;
        var rejection = Assert.Throws<ImageRejectedException>(() => Decoder.Decode(file, CancellationToken.None))!;
        Assert.That(rejection.Reason, Is.EqualTo(ImageRejection.Undecodable));
        Assert.That(rejection.Message, Is.EqualTo("The PNG is damaged or incomplete."));
    }

    [TestCase(0L, nameof(ImageLimits.MaxFileBytes))]
    public void Limits_that_make_no_sense_are_named(long bytes, string name) =>
        Assert.That(() => new ImageDecoder(new ImageLimits { MaxFileBytes = bytes }), Throws.ArgumentException.With.Message.Contains(name));

    private static ImageRejection? Rejected(byte[] file)
    {
        try
        {
            Decoder.Decode(file, CancellationToken.None).Dispose();
            return null;
        }
        catch (ImageRejectedException e)
        {
            return e.Reason;
        }
    }
}
