using NUnit.Framework;
using StorageService.Objects;

namespace Unit.StorageService.Objects;

public class ObjectOptionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void Images_expire_after_thirty_days() =>
        Assert.That(new ObjectOptions().PolicyOf("image")!.ExpiryOf(Now), Is.EqualTo(Now.AddDays(30)));

    [TestCase("model")]
    [TestCase("dataset")]
    [TestCase("report")]
    public void Other_kinds_are_kept(string kind) =>
        Assert.That(new ObjectOptions().PolicyOf(kind)!.ExpiryOf(Now), Is.Null);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Image")]
    [TestCase("video")]
    public void Unknown_kinds_have_no_policy(string? kind) =>
        Assert.That(new ObjectOptions().PolicyOf(kind), Is.Null);
}
