using FeedbackService.Feedback;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.FeedbackService;

[TestFixture]
public sealed class FeedbackRequestTests
{
    [Test]
    public void One_word_is_enough()
    {
        Assert.That(() => new FeedbackRequest(true, null, null, null).Check(), Throws.Nothing);
        Assert.That(() => new FeedbackRequest(null, "cat", null, null).Check(), Throws.Nothing);
        Assert.That(() => new FeedbackRequest(null, null, 5, null).Check(), Throws.Nothing);
    }

    [TestCase(null, null, "only a comment", "body")]
    [TestCase(null, 0, null, "rating")]
    [TestCase(null, 6, null, "rating")]
    [TestCase("  ", null, null, "label")]
    [TestCase("a\0b", null, null, "label")]
    [TestCase("fine", null, "nul \0", "comment")]
    public void What_is_wrong_is_named(string? label, int? rating, string? comment, string field) => Assert.That(
        () => new FeedbackRequest(null, label, rating, comment).Check(),
        Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Field)).EqualTo(field));
}
