using InferenceService.Predictions;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.Predictions;

[TestFixture]
public sealed class HistoryCursorTests
{
    [TestCase(0.0)]
    [TestCase(0.123456789012345)]
    [TestCase(98765.4321)]
    public void A_cursor_reads_back_exactly(double value)
    {
        var cursor = new HistoryCursor(Guid.CreateVersion7(), value);
        Assert.That(HistoryCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
    }

    [TestCase("")]
    [TestCase("zzz")]
    [TestCase("not base64 at all!")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Anything_else_is_a_bad_field(string text) =>
        Assert.That(() => HistoryCursor.Parse(text), Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Field)).EqualTo("cursor"));
}
