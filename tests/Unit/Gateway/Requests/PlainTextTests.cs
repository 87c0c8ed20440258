using Gateway.Requests;
using NUnit.Framework;

namespace Unit.Gateway.Requests;

public class PlainTextTests
{
    [TestCase("curl/8.5\r\nforged: line", "curl/8.5\ufffd\ufffdforged: line")]
    [TestCase("a\0b", "a\ufffdb")]
    [TestCase("a\u009bb", "a\ufffdb")]
    [TestCase("abcdefghijklmnop", "abcdefghijkl", 12)]
    public void What_could_forge_a_line_or_break_a_table_is_replaced(string text, string expected, int maxLength = 100) =>
        Assert.That(PlainText.Of(text, maxLength), Is.EqualTo(expected));

    [Test]
    public void Half_a_pair_is_no_text() => Assert.That(PlainText.Of("a\ud83d", 10), Is.EqualTo("a\ufffd"));

    [Test]
    public void Plain_text_is_not_copied()
    {
        var text = new string("Mozilla/5.0 (é)".ToCharArray());
        Assert.That(PlainText.Of(text, 100), Is.SameAs(text));
    }

    [TestCase(null)]
    [TestCase("")]
    public void Nothing_is_nothing(string? text) => Assert.That(PlainText.Of(text, 10), Is.Null);
}
