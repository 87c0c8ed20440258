using NUnit.Framework;
using ServiceDefaults.Database;

namespace Unit.ServiceDefaults.Database;

[TestFixture]
public sealed class TimeOrderedIdsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Ids_of_before_are_below_and_ids_of_then_and_later_are_not()
    {
        var lowest = Text(TimeOrderedIds.LowestOf(Noon));
        Assert.That(Text(Guid.CreateVersion7(Noon.AddMilliseconds(-1))), Is.LessThan(lowest));
        for (var i = 0; i < 1000; i++)
            Assert.That(Text(Guid.CreateVersion7(Noon)), Is.GreaterThanOrEqualTo(lowest));
        Assert.That(Text(Guid.CreateVersion7(Noon.AddMilliseconds(1))), Is.GreaterThan(lowest));
    }

    /// <summary>Postgres compares byte by byte, as the text does.</summary>
    private static string Text(Guid id) => id.ToString();
}
