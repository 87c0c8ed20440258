using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

/// <summary>Files made to hurt are refused by their header, before anything is decoded.</summary>
public class HostileHeaderTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());
    private static readonly byte[] Start = [0xFF, 0xD8];

    private static ImageRejectedException Rejection(byte[] file, ImageLimits? limits = null)
    {
        var decoder = limits is null ? Decoder : new ImageDecoder(limits);
        var byHeader = Assert.Throws<ImageRejectedException>(() => decoder.ReadHeader(file))!;
        var byDecode = Assert.Throws<ImageRejectedException>(() => decoder.Decode(file, CancellationToken.None))!;
        Assert.That(byDecode.Message, Is.EqualTo(byHeader.Message));
        return byHeader;
    }

    [Test]
    public void No_bytes_are_empty() =>
        Assert.That(Rejection([]).Reason, Is.EqualTo(ImageRejection.Empty));

    [Test]
    public void A_file_over_the_byte_limit_is_refused_and_the_limit_named()
    {
        var rejection = Rejection(new byte[1001], new ImageLimits { MaxFileBytes = 1000 });
        Assert.That(rejection.Reason, Is.EqualTo(ImageRejection.TooManyBytes));
        Assert.That(rejection.Message, Does.Contain("1001").And.Contain("1000"));
    }

    [TestCase(16385, 1)]
    [TestCase(1, 16385)]
    public void A_png_bomb_is_refused_by_its_side(int width, int height)
    {
        var rejection = Rejection([.. PngSignature, .. PngImageHeader(width, height)]);
        Assert.That(rejection.Reason, Is.EqualTo(ImageRejection.TooLarge));
        Assert.That(rejection.Message, Does.Contain("16385").And.Contain("16384"));
    }

    [Test]
    public void A_png_bomb_is_refused_by_its_pixels()
    {
        var rejection = Rejection([.. PngSignature, .. PngImageHeader(16384, 16384)]);
        Assert.That(rejection.Reason, Is.EqualTo(ImageRejection.TooLarge));
        Assert.That(rejection.Message, Does.Contain("50000000"));
    }

    [Test]
    public void A_jpeg_bomb_is_refused_by_its_side() =>
        Assert.That(Rejection([.. Start, .. Frame(65535, 65535), .. Scan]).Reason, Is.EqualTo(ImageRejection.TooLarge));

    [Test]
    public void A_jpeg_bomb_is_refused_by_its_pixels() =>
        Assert.That(Rejection([.. Start, .. Frame(16000, 16000), .. Scan]).Reason, Is.EqualTo(ImageRejection.TooLarge));

    [Test]
    public void Pixels_are_counted_beyond_32_bits() =>
        Assert.That(Rejection([.. Start, .. Frame(65535, 65535), .. Scan], new ImageLimits { MaxSidePixels = 65535 }).Reason, Is.EqualTo(ImageRejection.TooLarge));

    [Test]
    public void The_limits_themselves_are_accepted()
    {
        var limits = new ImageLimits { MaxSidePixels = 16, MaxPixels = 16 * 8, MaxFileBytes = JpegRgb.Length };
        Assert.That(new ImageDecoder(limits).ReadHeader(JpegRgb), Is.EqualTo(new ImageHeader(ImageFormat.Jpeg, 16, 8, 1)));
    }

    [Test]
    public void A_jpeg_of_many_scans_is_too_complex()
    {
        var scans = Enumerable.Range(0, 101).SelectMany(_ => Scan);
        Assert.That(Rejection([.. Start, .. Frame(8, 8), .. scans]).Reason, Is.EqualTo(ImageRejection.TooComplex));
    }

    [Test]
    public void Scans_hidden_behind_a_reserved_marker_are_counted()
    {
        var scans = Enumerable.Range(0, 101).SelectMany(_ => Scan).ToArray();
        byte[] reserved = [0xFF, 0x05, (byte)((scans.Length + 2) >> 8), (byte)(scans.Length + 2)];
        Assert.That(Rejection([.. Start, .. Frame(8, 8), .. Scan, .. reserved, .. scans]).Reason, Is.EqualTo(ImageRejection.TooComplex));
    }

    [Test]
    public void Scans_inside_an_embedded_thumbnail_do_not_count()
    {
        var thumbnail = Enumerable.Range(0, 200).SelectMany(_ => Scan).ToArray();
        Assert.That(Decoder.ReadHeader(WithSegment(JpegRgb, 0xE1, thumbnail)).Width, Is.EqualTo(16));
    }

    [Test]
    public void The_png_decoder_sees_no_metadata()
    {
        var pixels = Noise(4, 4);
        var plain = PngRgb(4, 4, pixels, Chunk("tRNS", [0, 1, 0, 2, 0, 3]));
        var loaded = PngRgb(4, 4, pixels, [Chunk("iCCP", [1]), Chunk("zTXt", [2]), Chunk("tRNS", [0, 1, 0, 2, 0, 3]), Chunk("eXIf", ExifBlock(2)), Chunk("prVt", [3])]);
        Assert.That(Essentials(PngHeader.CopyEssentials, loaded), Is.EqualTo(plain));
        Assert.That(Essentials(PngHeader.CopyEssentials, [.. loaded[..^5]]), Is.EqualTo(plain[..^5]), "a torn end stays torn");
    }

    [Test]
    public void The_jpeg_decoder_sees_no_metadata()
    {
        var loaded = JpegCmyk;
        foreach (var marker in new byte[] { 0xE1, 0xE2, 0xED, 0xEF, 0xFE })
            loaded = WithSegment(loaded, marker, "anything"u8.ToArray());
        Assert.That(Essentials(JpegHeader.CopyEssentials, loaded), Is.EqualTo(JpegCmyk), "with Adobe's marker");
        Assert.That(Essentials(JpegHeader.CopyEssentials, WithSegment(JpegRgb, 0xFE, [])), Is.EqualTo(JpegRgb), "with JFIF's marker");
    }

    private static byte[] Essentials(EssentialsCopier copy, byte[] file)
    {
        var target = new byte[file.Length];
        return target[..copy(file, target)];
    }

    [TestCase(0xC0, 12, 3, "12 bits")]
    [TestCase(0xC0, 8, 2, "2 channels")]
    [TestCase(0xC3, 8, 3, "lossless")]
    [TestCase(0xC5, 8, 3, "hierarchical")]
    public void A_rare_kind_of_jpeg_is_unsupported_and_named(int marker, int bits, int channels, string named)
    {
        var rejection = Rejection([.. Start, .. Frame(8, 8, (byte)marker, (byte)bits, (byte)channels), .. Scan]);
        Assert.That(rejection.Reason, Is.EqualTo(ImageRejection.UnsupportedFormat));
        Assert.That(rejection.Message, Does.Contain(named));
    }

    private static IEnumerable<TestCaseData> BrokenHeaders()
    {
        yield return new TestCaseData((byte[])[.. Start, 0xFF]).SetArgDisplayNames("jpeg that ends in a marker");
        yield return new TestCaseData((byte[])[.. Start, 0xFF, 0xE0, 0, 1, 1, 1]).SetArgDisplayNames("jpeg segment shorter than its length");
        yield return new TestCaseData((byte[])[.. Start, 0xFF, 0xE0, 0xFF, 0xFF]).SetArgDisplayNames("jpeg segment longer than the file");
        yield return new TestCaseData((byte[])[.. Start, .. Scan]).SetArgDisplayNames("jpeg without a frame");
        yield return new TestCaseData((byte[])[.. Start, .. Frame(8, 8)]).SetArgDisplayNames("jpeg without a scan");
        yield return new TestCaseData((byte[])[.. Start, .. Frame(0, 8), .. Scan]).SetArgDisplayNames("jpeg without width");
        yield return new TestCaseData((byte[])[.. Start, .. Frame(8, 0), .. Scan]).SetArgDisplayNames("jpeg without height");
        yield return new TestCaseData((byte[])[.. Start, .. Segment(0xC0, [8, 0, 8]), .. Scan]).SetArgDisplayNames("jpeg with half a frame header");
        yield return new TestCaseData(PngSignature).SetArgDisplayNames("png of a signature only");
        yield return new TestCaseData((byte[])[.. PngSignature, .. Chunk("IDAT", [])]).SetArgDisplayNames("png without a header");
        yield return new TestCaseData((byte[])[.. PngSignature, .. Chunk("IHDR", new byte[12])]).SetArgDisplayNames("png with a short header");
        yield return new TestCaseData((byte[])[.. PngSignature, .. PngImageHeader(0, 8)]).SetArgDisplayNames("png without width");
        yield return new TestCaseData((byte[])[.. PngSignature, .. PngImageHeader(8, int.MinValue)]).SetArgDisplayNames("png with a negative height");
        yield return new TestCaseData((byte[])[.. PngSignature, .. PngImageHeader(8, 8, bits: 3)]).SetArgDisplayNames("png with 3 bits");
        yield return new TestCaseData((byte[])[.. PngSignature, .. PngImageHeader(8, 8, bits: 16, colour: 3)]).SetArgDisplayNames("png with a palette of 16 bits");
        yield return new TestCaseData((byte[])[.. PngSignature, .. PngImageHeader(8, 8, colour: 5)]).SetArgDisplayNames("png of an unknown colour type");
    }

    [TestCaseSource(nameof(BrokenHeaders))]
    public void A_broken_header_is_undecodable(byte[] file) =>
        Assert.That(Rejection(WithoutStartOnly(file)).Reason, Is.EqualTo(ImageRejection.Undecodable));

    /// <summary>Two bytes alone are no JPEG yet: the third is part of the signature.</summary>
    private static byte[] WithoutStartOnly(byte[] file) => file.Length == 3 ? [.. file, 0xE0] : file;

    [Test]
    public void Whatever_bytes_are_damaged_a_header_is_read_or_refused()
    {
        var random = new Random(7);
        foreach (var original in new[] { JpegRgb, JpegProgressive, WithSegment(JpegRgb, 0xE1, [.. "Exif\0\0"u8, .. ExifBlock(6)]), PngRgb(9, 7, Noise(9, 7), Chunk("eXIf", ExifBlock(8))) })
        {
            for (var round = 0; round < 2000; round++)
            {
                var file = (byte[])original.Clone();
                for (var hits = random.Next(1, 6); hits > 0; hits--)
                    file[random.Next(file.Length)] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
                try
                {
                    var header = Decoder.ReadHeader(file.AsSpan(0, random.Next(file.Length + 1)));
                    Assert.That(header.Orientation, Is.InRange(1, 8));
                    Assert.That((long)header.Width * header.Height, Is.InRange(1, 50_000_000));
                }
                catch (ImageRejectedException)
                {
                }
            }
        }
    }
}
