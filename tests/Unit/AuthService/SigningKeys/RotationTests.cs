using AuthService.SigningKeys;
using NUnit.Framework;

namespace Unit.AuthService.SigningKeys;

public class RotationTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly SigningKeyOptions Options = new() { RotateEvery = TimeSpan.FromDays(30), PublishAhead = TimeSpan.FromMinutes(1) };

    [Test]
    public void The_first_key_signs_at_once() => Assert.That(Decide(Start).SignsFrom, Is.EqualTo(Start));

    [Test]
    public void A_key_that_is_young_enough_stays() => Assert.That(Decide(Start.AddDays(29), ("a", Start)).IsNothing, Is.True);

    [Test]
    public void The_next_key_is_published_before_it_signs() =>
        Assert.That(Decide(Start.AddDays(30).AddMinutes(-1), ("a", Start)).SignsFrom, Is.EqualTo(Start.AddDays(30)));

    [Test]
    public void A_service_that_slept_through_its_rotation_publishes_ahead_all_the_same() =>
        Assert.That(Decide(Start.AddDays(90), ("a", Start)).SignsFrom, Is.EqualTo(Start.AddDays(90).AddMinutes(1)));

    [Test]
    public void One_that_waits_to_sign_is_enough()
    {
        var now = Start.AddDays(30).AddSeconds(-10);
        Assert.That(Decide(now, ("a", Start), ("b", Start.AddDays(30))).IsNothing, Is.True);
        Assert.That(Decide(now, onDemand: true, ("a", Start), ("b", Start.AddDays(30))).IsNothing, Is.True);
    }

    [Test]
    public void On_demand_the_next_key_signs_as_soon_as_it_is_known() =>
        Assert.That(Decide(Start.AddDays(1), onDemand: true, ("a", Start)).SignsFrom, Is.EqualTo(Start.AddDays(1).AddMinutes(1)));

    [Test]
    public void An_old_key_goes_when_no_token_of_it_can_be_alive()
    {
        var next = Start.AddDays(30);
        Assert.That(Decide(next.AddMinutes(11), ("b", next), ("a", Start)).Expired, Is.Empty);
        Assert.That(Decide(next.AddMinutes(12), ("b", next), ("a", Start)).Expired, Is.EqualTo(new[] { "a" }));
        Assert.That(Decide(next.AddMinutes(12), ("c", next.AddMinutes(5)), ("b", next), ("a", Start)).Expired, Is.EqualTo(new[] { "a" }));
    }

    private static RotationStep Decide(DateTimeOffset now, params (string, DateTimeOffset)[] keys) => Rotation.Decide(keys, Options, now);

    private static RotationStep Decide(DateTimeOffset now, bool onDemand, params (string, DateTimeOffset)[] keys) => Rotation.Decide(keys, Options, now, onDemand);
}
