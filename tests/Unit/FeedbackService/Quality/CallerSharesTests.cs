using FeedbackService.Quality;
using NUnit.Framework;

namespace Unit.FeedbackService.Quality;

public class CallerSharesTests
{
    [TestCase(100, 0, ExpectedResult = 10)]
    [TestCase(100, 20, ExpectedResult = 10)]
    [TestCase(500, 200, ExpectedResult = 40)]
    [TestCase(40, 200, ExpectedResult = 40)]
    [TestCase(9, 0, ExpectedResult = 9)]
    public int Of_one_caller_as_many_count_as_a_fifth_of_the_others_or_ten(int mine, int others)
    {
        var judged = Enumerable.Range(0, mine).Select(i => Of("me", i)).Concat(Enumerable.Range(0, others).Select(i => Of($"other {i}", i))).ToArray();
        return CallerShares.Balance(judged).Count(each => each.Caller == "me");
    }

    [Test]
    public void The_newest_count() =>
        Assert.That(CallerShares.Balance([.. Enumerable.Range(0, 30).Select(i => Of("me", -i))]).Select(each => each.Time.Hour), Is.EqualTo(new[] { 0, 23, 22, 21, 20, 19, 18, 17, 16, 15 }));

    [Test]
    public void Everybody_s_judgements_count_whoever_gives_most()
    {
        var balanced = CallerShares.Balance([.. Enumerable.Range(0, 100).Select(i => Of("me", i)), .. Enumerable.Range(0, 60).Select(i => Of($"{i}", i))]);
        Assert.That(balanced, Has.Count.EqualTo(72));
    }

    private static JudgedPrediction Of(string caller, int hour) => new("cat", Correct: false, Label: null, new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero).AddHours(hour), caller);
}
