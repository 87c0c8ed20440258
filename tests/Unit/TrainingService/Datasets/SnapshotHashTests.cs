using NUnit.Framework;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;

namespace Unit.TrainingService.Datasets;

public class SnapshotHashTests
{
    private static readonly Guid One = new("00000000-0000-0000-0000-000000000001");

    [Test]
    public void The_order_of_columns_does_not_matter_and_their_types_do()
    {
        var (a, b) = (new ColumnSpec("a", ColumnType.Number, false), new ColumnSpec("b", ColumnType.Category, false));
        Assert.That(Hash([a, b]), Is.EqualTo(Hash([b, a])));
        Assert.That(Hash([a, b]), Is.Not.EqualTo(Hash([a with { Type = ColumnType.Boolean }, b])));
        Assert.That(Hash([a, b]), Is.Not.EqualTo(Hash([a])));
        Assert.That(Hash([a, b]), Is.EqualTo(Hash([a with { Closed = true }, b])), "where the values came from is no content");
    }

    [Test]
    public void Label_and_trust_are_part_of_it()
    {
        var hashes = new[] { Hash([], (One, "x", false)), Hash([], (One, "x", true)), Hash([], (One, "y", false)), Hash([], (One, "x", false), (One, "y", false)), Hash([]) };
        Assert.That(hashes, Is.Unique);
    }

    private static string Hash(ColumnSpec[] columns, params (Guid Content, string Label, bool Trusted)[] rows)
    {
        using var hash = new SnapshotHash(new DatasetSchema(columns, new LabelSpec(LabelType.Binary, false, true, false)));
        foreach (var (content, label, trusted) in rows)
            hash.Append(content, label, trusted);
        return hash.Finish();
    }
}
