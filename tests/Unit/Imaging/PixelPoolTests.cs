using Imaging;
using NUnit.Framework;

namespace Unit.Imaging;

public class PixelPoolTests
{
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4096 - PixelPool.Slack)]
    [TestCase(4096 - PixelPool.Slack + 1)]
    [TestCase(1_000_000)]
    public void An_array_has_room_for_its_pixels_and_the_slack(int length) =>
        Assert.That(PixelPool.Rent(length), Has.Length.AtLeast(length + PixelPool.Slack));

    [Test]
    public void Large_arrays_of_one_bucket_fit_their_renter()
    {
        const int mega = 1024 * 1024;
        PixelPool.Return(PixelPool.Rent(17 * mega));
        var larger = PixelPool.Rent(25 * mega);
        Assert.That(larger, Has.Length.AtLeast(25 * mega + PixelPool.Slack));
        PixelPool.Return(larger);
        Assert.That(PixelPool.Rent(25 * mega), Is.SameAs(larger));
    }
}
