using Imaging;
using NUnit.Framework;

namespace Unit.Imaging;

public class PictureChangeTests
{
    private const int Width = 12, Height = 8;

    [Test]
    public void No_change_leaves_every_pixel()
    {
        using var picture = Decoded(TestImages.Noise(Width, Height));
        using var changed = new PictureChange().Apply(picture, enough: 100);
        Assert.That(changed.Pixels.ToArray(), Is.EqualTo(picture.Pixels.ToArray()));
    }

    [Test]
    public void Flipped_is_mirrored_left_to_right()
    {
        using var picture = Decoded(TestImages.Noise(Width, Height));
        using var changed = new PictureChange(Flipped: true).Apply(picture, enough: 100);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                Assert.That(Pixel(changed, x, y), Is.EqualTo(Pixel(picture, Width - 1 - x, y)), $"({x}, {y})");
        }
    }

    [Test]
    public void Turned_by_half_a_turn_the_last_pixel_is_the_first()
    {
        using var picture = Decoded(TestImages.Noise(Width, Height));
        using var changed = new PictureChange(Degrees: 180).Apply(picture, enough: 100);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                Assert.That(Pixel(changed, x, y), Is.EqualTo(Pixel(picture, Width - 1 - x, Height - 1 - y)), $"({x}, {y})");
        }
    }

    [Test]
    public void A_part_is_cut_out_where_it_is_said_to_lie()
    {
        using var picture = Decoded(TestImages.Noise(Width, Height));
        using var changed = new PictureChange(Share: 0.5, Left: 1, Top: 0).Apply(picture, enough: 100);
        Assert.That((changed.Width, changed.Height), Is.EqualTo((Width / 2, Height / 2)));
        Assert.That(Pixel(changed, 0, 0), Is.EqualTo(Pixel(picture, Width / 2, 0)));
        Assert.That(Pixel(changed, 5, 3), Is.EqualTo(Pixel(picture, Width - 1, 3)));
    }

    [Test]
    public void Brighter_ends_at_white()
    {
        using var picture = Decoded([.. Enumerable.Repeat((byte)100, Width * Height * 3 / 2), .. Enumerable.Repeat((byte)240, Width * Height * 3 / 2)]);
        using var changed = new PictureChange(Brightness: 1.2).Apply(picture, enough: 100);
        Assert.That((Pixel(changed, 0, 0).Red, Pixel(changed, 0, Height - 1).Red), Is.EqualTo((120, 255)));
    }

    [Test]
    public void Turned_a_little_a_plain_picture_stays_plain_to_its_corners()
    {
        using var picture = Decoded([.. Enumerable.Repeat((byte)77, Width * Height * 3)]);
        foreach (var degrees in new[] { -15.0, 7, 15 })
        {
            using var changed = new PictureChange(Degrees: degrees).Apply(picture, enough: 100);
            Assert.That(changed.Pixels.ToArray(), Is.All.EqualTo(77), $"{degrees}°");
        }
    }

    [Test]
    public void A_picture_much_larger_than_needed_is_shrunk_to_means_first()
    {
        using var picture = Decoded(TestImages.Noise(Width, Height));
        using var changed = new PictureChange().Apply(picture, enough: Height / 4);
        Assert.That((changed.Width, changed.Height), Is.EqualTo((Width / 4, Height / 4)));
        var mean = Enumerable.Range(0, 16).Average(i => Pixel(picture, 4 + (i % 4), 4 + (i / 4)).Red);
        Assert.That(Pixel(changed, 1, 1).Red, Is.EqualTo(mean).Within(0.5));
    }

    private static (int Red, int Green, int Blue) Pixel(DecodedImage picture, int x, int y)
    {
        var at = ((y * picture.Width) + x) * 3;
        return (picture.Pixels[at], picture.Pixels[at + 1], picture.Pixels[at + 2]);
    }

    private static DecodedImage Decoded(byte[] pixels) =>
        new ImageDecoder(new ImageLimits()).Decode(TestImages.PngRgb(Width, Height, pixels), CancellationToken.None);
}
