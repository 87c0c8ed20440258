using NUnit.Framework;
using TrainingService.Registry;

namespace Unit.TrainingService.Registry;

public class VersionOrderTests
{
    [TestCase("1", "2")]
    [TestCase("9", "10")]
    [TestCase("1.9", "1.10")]
    [TestCase("1", "1.1")]
    [TestCase("v2", "v11")]
    [TestCase("2026-01-31", "2026-02-01")]
    [TestCase("20260131120000000000000000000001", "20260131120000000000000000000002")]
    [TestCase("1-alpha", "1-beta")]
    public void The_second_is_newer(string older, string newer)
    {
        Assert.That(VersionOrder.OldestFirst.Compare(older, newer), Is.Negative);
        Assert.That(VersionOrder.OldestFirst.Compare(newer, older), Is.Positive);
    }

    [TestCase("3", "3")]
    [TestCase("03", "3")]
    public void These_are_equally_new(string one, string other) =>
        Assert.That(VersionOrder.OldestFirst.Compare(one, other), Is.Zero);
}
