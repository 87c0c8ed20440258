using Gateway.Limits;
using NUnit.Framework;

namespace Unit.Gateway.Limits;

public class BodyTimeTests
{
    private static readonly ConnectionOptions Options = new() { BodyGrace = TimeSpan.FromSeconds(10), BodyBytesPerSecond = 1000 };

    [Test]
    public void A_body_has_the_time_that_its_size_takes_and_some_grace() => Assert.That(Options.BodyTime(5000, null), Is.EqualTo(TimeSpan.FromSeconds(15)));

    [Test]
    public void But_less_than_its_route_has() => Assert.That(Options.BodyTime(100_000, TimeSpan.FromSeconds(60)), Is.EqualTo(TimeSpan.FromSeconds(54)));

    [Test]
    public void A_body_of_any_size_on_a_route_of_any_length_has_any_time() => Assert.That(Options.BodyTime(null, null), Is.Null);

    [TestCase(long.MaxValue)]
    public void No_size_is_too_large_to_reckon_with(long bytes) => Assert.That(Options.BodyTime(bytes, TimeSpan.FromSeconds(60)), Is.EqualTo(TimeSpan.FromSeconds(54)));
}
