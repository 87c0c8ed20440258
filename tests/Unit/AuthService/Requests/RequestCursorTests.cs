using AuthService.Requests;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.AuthService.Requests;

public class RequestCursorTests
{
    [Test]
    public void It_comes_back_as_it_went()
    {
        var cursor = new RequestCursor(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), Guid.CreateVersion7());
        Assert.That(RequestCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
    }

    [TestCase("")]
    [TestCase("rubbish")]
    [TestCase("________________________________")]
    public void What_is_no_cursor_is_400(string text) => Assert.That(() => RequestCursor.Parse(text), Throws.TypeOf<ProblemException>().With.Property("Field").EqualTo("cursor"));
}
