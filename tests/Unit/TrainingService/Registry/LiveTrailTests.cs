using NUnit.Framework;
using TrainingService.Registry;

namespace Unit.TrainingService.Registry;

/// <summary>A trail is written as the versions promoted, with <c>back</c> for a rollback.</summary>
public class LiveTrailTests
{
    [TestCase("", null)]
    [TestCase("1", null)]
    [TestCase("1 2", "1")]
    [TestCase("1 2 3", "2")]
    [TestCase("1 2 3 back", "1", TestName = "Called_again_it_goes_one_further_back")]
    [TestCase("1 2 back", null)]
    [TestCase("1 2 back 3", "1", TestName = "What_was_rolled_back_does_not_come_again")]
    [TestCase("1 2 1", "2", TestName = "A_version_promoted_again_goes_back_to_the_one_it_replaced")]
    [TestCase("1 2 1 back back", null)]
    public void Previous(string trail, string? expected) => Assert.That(LiveTrail.Previous(Changes(trail)), Is.EqualTo(expected));

    [Test]
    public void What_is_no_answer_is_left_out_and_what_was_left_out_does_not_come_again()
    {
        Assert.That(LiveTrail.Previous(Changes("1 2 3"), "3", "2"), Is.EqualTo("1"));
        Assert.That(LiveTrail.Previous(Changes("1 2"), "1"), Is.Null);
        Assert.That(LiveTrail.Previous([.. Changes("0 1 2 3"), ("model.rolledback", "1")]), Is.EqualTo("0"));
    }

    [Test]
    public void Registrations_do_not_count() =>
        Assert.That(LiveTrail.Previous([("model.registered", "1"), ("model.promoted", "1"), ("model.registered", "2"), ("model.promoted", "2")]), Is.EqualTo("1"));

    private static IEnumerable<(string, string)> Changes(string trail) =>
        trail.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(step => step == "back" ? ("model.rolledback", "?") : ("model.promoted", step));
}
