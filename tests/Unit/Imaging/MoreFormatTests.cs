using Imaging;
using NUnit.Framework;
using TestSupport;
using static Unit.Imaging.FormatFiles;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

/// <summary>BMP, GIF, TIFF, WebP and AVIF: what their pixels become, and what hostile ones are told.</summary>
public class MoreFormatTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());
    private static readonly byte[] Red = [255, 0, 0], Green = [0, 255, 0], Blue = [0, 0, 255], White = [255, 255, 255];

    private static byte[] Decode(byte[] file, AlphaMode alpha = AlphaMode.Drop)
    {
        using var image = Decoder.Decode(file, CancellationToken.None, alpha);
        return image.Pixels.ToArray();
    }

    private static ImageRejectedException Rejection(byte[] file) => Assert.Throws<ImageRejectedException>(() => Decode(file))!;

    [Test]
    public void A_bmp_has_its_last_row_first_unless_it_says_otherwise()
    {
        byte[] rows = [0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255, 255, 255, 0, 0];
        Assert.That(Decode(Bmp(2, 2, 24, 0, [], rows)), Is.EqualTo((byte[])[.. Blue, .. White, .. Red, .. Green]));
        Assert.That(Decode(Bmp(2, -2, 24, 0, [], rows)), Is.EqualTo((byte[])[.. Red, .. Green, .. Blue, .. White]));
    }

    [TestCase((ushort)1, new byte[] { 0b0100_0000, 0, 0, 0 })]
    [TestCase((ushort)4, new byte[] { 0x01, 0, 0, 0 })]
    [TestCase((ushort)8, new byte[] { 0, 1, 0, 0 })]
    public void A_bmp_with_a_palette_has_its_colours(ushort bits, byte[] row) =>
        Assert.That(Decode(Bmp(2, 1, bits, 0, BmpPalette, row, colours: 4)), Is.EqualTo((byte[])[.. Red, .. Green]));

    [Test]
    public void Runs_of_a_bmp_are_unpacked()
    {
        // Two of blue; end of row; skip one; absolute: red, green and blue with padding; end.
        Assert.That(Decode(Bmp(4, -2, 8, 1, BmpPalette, [2, 2, 0, 0, 0, 2, 1, 0, 0, 3, 0, 1, 2, 0, 0, 1], colours: 4)),
            Is.EqualTo((byte[])[.. Blue, .. Blue, .. Red, .. Red, .. Red, .. Red, .. Green, .. Blue]));
        Assert.That(Decode(Bmp(5, 1, 4, 2, BmpPalette, [2, 0x12, 0, 3, 0x01, 0x20, 0, 1], colours: 4)),
            Is.EqualTo((byte[])[.. Green, .. Blue, .. Red, .. Green, .. Blue]));
    }

    [Test]
    public void Masks_of_a_bmp_may_be_anywhere()
    {
        byte[] masks = [.. Le32(0xF000), .. Le32(0x0F00), .. Le32(0x00F0)];
        Assert.That(Decode(Bmp(1, 1, 16, 3, masks, [0x80, 0xF0, 0, 0])), Is.EqualTo(new byte[] { 255, 0, 136 }));
    }

    private static IEnumerable<TestCaseData> HostileFiles()
    {
        yield return new(Bmp(2, 2, 24, 0, [], new byte[11]), ImageRejection.Undecodable) { TestName = "bmp cut off in its last row" };
        yield return new(Bmp(4, 2, 8, 1, BmpPalette, [2, 2, 0, 0], 4), ImageRejection.Undecodable) { TestName = "bmp whose runs end early" };
        yield return new(Bmp(4, 2, 8, 1, BmpPalette, [0, 200, 1, 1], 4), ImageRejection.Undecodable) { TestName = "bmp whose run is longer than the file" };
        yield return new(Bmp(0, 2, 24, 0, [], []), ImageRejection.Undecodable) { TestName = "bmp without width" };
        yield return new(Bmp(-5, 2, 24, 0, [], []), ImageRejection.Undecodable) { TestName = "bmp with a negative width" };
        yield return new(Bmp(5, int.MinValue, 24, 0, [], []), ImageRejection.Undecodable) { TestName = "bmp with the most negative height" };
        yield return new(Bmp(20000, 1, 24, 0, [], []), ImageRejection.TooLarge) { TestName = "bmp that is too wide" };
        yield return new(Bmp(2, 2, 2, 0, [], []), ImageRejection.UnsupportedFormat) { TestName = "bmp with 2 bits" };
        yield return new(Bmp(2, 2, 24, 4, [], []), ImageRejection.UnsupportedFormat) { TestName = "bmp with a jpeg inside" };
        yield return new(Bmp(1, 1, 16, 3, [.. Le32(0xF0F), .. Le32(0x10), .. Le32(0x20)], new byte[4]), ImageRejection.UnsupportedFormat) { TestName = "bmp with scattered masks" };
        yield return new(Gif(2, 2, 0, 0, 2, 2, [0, 1, 2]), ImageRejection.Undecodable) { TestName = "gif that lacks a pixel" };
        yield return new(Gif(2, 2, 0, 0, 0, 2, []), ImageRejection.Undecodable) { TestName = "gif with a frame of no width" };
        yield return new(Gif(60000, 60000, 0, 0, 1, 1, [0]), ImageRejection.TooLarge) { TestName = "gif with a huge screen" };
        yield return new(Gif(1, 1, 60000, 60000, 1, 1, [0]), ImageRejection.TooLarge) { TestName = "gif with a far-off frame" };
        yield return new("GIF89a"u8.ToArray(), ImageRejection.Undecodable) { TestName = "gif of a signature only" };
        yield return new(Tiff(20000, 2, new byte[12]), ImageRejection.TooLarge) { TestName = "tiff that is too wide" };
        yield return new(Tiff(2, 2, new byte[12], (322, 60000), (323, 60000)), ImageRejection.TooLarge) { TestName = "tiff with huge tiles" };
        yield return new(Tiff(2, 2, new byte[12], (259, 6)), ImageRejection.UnsupportedFormat) { TestName = "tiff with the old jpeg" };
        yield return new(Tiff(2, 2, new byte[12], (262, 8)), ImageRejection.UnsupportedFormat) { TestName = "tiff in Lab" };
        yield return new(Tiff(2, 2, new byte[12], (339, 3)), ImageRejection.UnsupportedFormat) { TestName = "tiff of floats" };
        yield return new(Tiff(2, 2, new byte[12], (273, 5000)), ImageRejection.Undecodable) { TestName = "tiff with its strip behind the end" };
        yield return new(Tiff(2, 2, [.. Enumerable.Repeat<byte[]>([0xFF, 0xDA], 101).SelectMany(b => b)], (259, 7)), ImageRejection.TooComplex) { TestName = "tiff with many jpeg scans" };
        yield return new((byte[])[.. "MM\0*"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. new byte[20]], ImageRejection.Undecodable) { TestName = "tiff with its directory behind the end" };
        yield return new(WebP(WebPChunk("VP8L", LosslessStart(16384, 16384))), ImageRejection.TooLarge) { TestName = "webp bomb" };
        yield return new(WebP(WebPChunk("VP8X", Canvas(2, 2)), WebPChunk("VP8L", LosslessStart(16384, 3000))), ImageRejection.Undecodable) { TestName = "webp with a picture larger than its canvas" };
        yield return new(WebP(WebPChunk("VP8X", Canvas(2, 2, 2)), WebPChunk("ANMF", [.. new byte[6], 99, 0, 0, 99, 0, 0, .. new byte[4]])), ImageRejection.Undecodable) { TestName = "webp with a frame outside its canvas" };
        yield return new(WebP(), ImageRejection.Undecodable) { TestName = "webp without chunks" };
        yield return new(Box("ftyp", "avif"u8.ToArray()), ImageRejection.Undecodable) { TestName = "avif of a signature only" };
        yield return new(Avif(16384, 16384), ImageRejection.TooLarge) { TestName = "avif bomb" };
        yield return new(Avif(0, 5), ImageRejection.Undecodable) { TestName = "avif without width" };
    }

    [TestCaseSource(nameof(HostileFiles))]
    public void A_hostile_file_is_refused(byte[] file, ImageRejection reason) =>
        Assert.That(Rejection(file).Reason, Is.EqualTo(reason));

    [Test]
    public void A_gif_shows_its_first_frame_on_its_screen()
    {
        var frame = (byte[])[.. Red, .. Red, .. Red, .. Red, .. Green, .. Blue];
        Assert.That(Decode(Gif(3, 2, 1, 1, 2, 1, [1, 2])), Is.EqualTo(frame));
        Assert.That(Decode(Gif(3, 2, 0, 0, 3, 2, [0, 0, 0, 0, 1, 2])), Is.EqualTo(frame));
    }

    [Test]
    public void An_interlaced_gif_has_its_rows_in_order() =>
        Assert.That(Decode(Gif(1, 5, 0, 0, 1, 5, [0, 1, 2, 3, 3], flags: 0x40)), Is.EqualTo((byte[])[.. Red, .. White, .. Blue, .. White, .. Green]));

    [Test]
    public void A_transparent_colour_of_a_gif_is_kept_or_white()
    {
        var file = Gif(2, 1, 0, 0, 2, 1, [1, 2], transparent: 1);
        Assert.That(Decode(file), Is.EqualTo((byte[])[.. Green, .. Blue]));
        Assert.That(Decode(file, AlphaMode.White), Is.EqualTo((byte[])[.. White, .. Blue]));
    }

    [TestCase(1u)]
    [TestCase(3u)]
    public void A_tiff_is_turned_upright(uint orientation)
    {
        byte[] pixels = [.. Red, .. Green, .. Blue, .. White, .. Red, .. Blue];
        Assert.That(Decode(Tiff(3, 2, pixels, (274, orientation))), Is.EqualTo(orientation == 1 ? pixels : (byte[])[.. Blue, .. Red, .. White, .. Blue, .. Green, .. Red]));
    }

    [Test]
    public void The_tiff_decoder_sees_no_metadata_and_no_second_page()
    {
        byte[] pixels = [.. Red, .. Green];
        var loaded = Tiff(2, 1, pixels, (270, 1), (700, 2), (34665, 3), (34675, 4));
        loaded[^4] = 8; // the next page, in the middle of nothing
        var target = new byte[loaded.Length];
        var length = TiffHeader.CopyEssentials(loaded, target);
        Assert.That(target[..length].AsSpan(0, Tiff(2, 1, pixels).Length).ToArray(), Is.EqualTo(Tiff(2, 1, pixels)));
        Assert.That(target.AsSpan(Tiff(2, 1, pixels).Length).ToArray(), Is.All.Zero);
    }

    [Test]
    public void The_webp_decoder_sees_no_metadata_and_one_frame()
    {
        var picture = WebPChunk("ANMF", [.. new byte[16], .. WebPChunk("VP8L", LosslessStart(1, 1))]);
        var loaded = WebP(WebPChunk("VP8X", Canvas(1, 1, 0x3E)), WebPChunk("ICCP", [1, 2, 3]), WebPChunk("ANIM", new byte[6]), picture, picture, WebPChunk("EXIF", ExifBlock(6)), WebPChunk("XMP ", [1]));
        var target = new byte[loaded.Length];
        var length = WebPHeader.CopyEssentials(loaded, target);
        Assert.That(target[..length], Is.EqualTo(WebP(WebPChunk("VP8X", Canvas(1, 1, 0x12)), WebPChunk("ANIM", new byte[6]), picture)));
        Assert.That(Decoder.ReadHeader(loaded).Orientation, Is.EqualTo(6));
    }

    [Test]
    public void An_avif_is_decoded_and_its_alpha_dropped_or_white()
    {
        byte[] left = [200, 40, 30], right = [30, 60, 180];
        var plain = Enumerable.Range(0, 16 * 8).SelectMany(i => i % 16 < 8 ? left : right).ToArray();
        var onWhite = Enumerable.Range(0, 16 * 8).SelectMany(i => i % 16 < 8 ? left : White).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(Decode(AvifImages.Rgb), Is.EqualTo(plain));
            Assert.That(Decode(AvifImages.TenBits), Is.EqualTo(plain));
            Assert.That(Decode(AvifImages.Rgba, AlphaMode.White), Is.EqualTo(onWhite));
            Assert.That(Rejection(AvifImages.Rgb[..^20]).Reason, Is.EqualTo(ImageRejection.Undecodable));
        });
    }

    [Test]
    public void Whatever_bytes_are_damaged_a_header_is_read_or_refused()
    {
        var random = new Random(8);
        byte[] orientedWebP = WebP(WebPChunk("VP8X", Canvas(9, 7)), WebPChunk("VP8L", LosslessStart(9, 7)), WebPChunk("EXIF", ExifBlock(3)));
        foreach (var original in new[] { Bmp(9, 7, 8, 1, BmpPalette, new byte[63], 4), Gif(9, 7, 0, 0, 2, 2, [0, 1, 2, 3], transparent: 1), Tiff(9, 7, new byte[189]), orientedWebP, AvifImages.Rgba, Avif(9, 7, Box("irot", [1])) })
        {
            for (var round = 0; round < 2000; round++)
            {
                var file = (byte[])original.Clone();
                for (var hits = random.Next(1, 6); hits > 0; hits--)
                    file[random.Next(file.Length)] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
                file = file[..random.Next(file.Length + 1)];
                try
                {
                    var header = Decoder.ReadHeader(file);
                    Assert.That(header.Orientation, Is.InRange(1, 8));
                    Assert.That((long)header.Width * header.Height, Is.InRange(1, 50_000_000));
                    var target = new byte[file.Length];
                    if (FormatTable.Recognise(file).Reader is VipsReader reader)
                        Assert.That(reader.CopyEssentials(file, target), Is.InRange(0, file.Length));
                }
                catch (ImageRejectedException)
                {
                }
            }
        }
    }

    [Test]
    public void An_avif_that_turns_itself_says_its_size_upright() =>
        Assert.That(Decoder.ReadHeader(Avif(30, 20, Box("irot", [1]))), Is.EqualTo(new ImageHeader(ImageFormat.Avif, 20, 30, 1)));

    /// <summary>An AVIF's boxes up to its picture: item 1 has a size and perhaps one more property.</summary>
    private static byte[] Avif(int width, int height, params byte[][] more)
    {
        byte[] Be(int value) => [.. Le32(value).Reverse()];
        var properties = Box("ipco", [Box("ispe", [0, 0, 0, 0, .. Be(width), .. Be(height)]), .. more]);
        var association = Box("ipma", [0, 0, 0, 0, .. Be(1), 0, 1, (byte)(1 + more.Length), .. Enumerable.Range(1, 1 + more.Length).Select(i => (byte)i)]);
        return [.. Box("ftyp", "avif\0\0\0\0"u8.ToArray()), .. Box("meta", new byte[4], Box("pitm", [0, 0, 0, 0, 0, 1]), Box("iprp", properties, association))];
    }
}
