using NUnit.Framework;
using TrainingService.Policies.AutoTraining;

namespace Unit.TrainingService.Policies;

public class DebounceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    [TestCase(0, ExpectedResult = 30, TestName = "The_first_post_waits_for_the_quiet_time")]
    [TestCase(20, ExpectedResult = 50, TestName = "A_further_post_begins_it_anew")]
    [TestCase(269, ExpectedResult = 299, TestName = "As_long_as_ten_of_them_are_not_over")]
    [TestCase(271, ExpectedResult = 300, TestName = "But_not_beyond_ten")]
    [TestCase(4000, ExpectedResult = 300, TestName = "However_late_it_comes")]
    public double Due(double after) => (Debounce.DueAt(Start, Start.AddSeconds(after), Quiet) - Start).TotalSeconds;

    [Test]
    public void Without_a_quiet_time_it_is_due_at_once() => Assert.That(Debounce.DueAt(Start, Start, TimeSpan.Zero), Is.EqualTo(Start));
}
