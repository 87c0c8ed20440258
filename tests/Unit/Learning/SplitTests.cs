using Learning.Data;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture]
public sealed class SplitTests
{
    [Test]
    public void Every_row_is_on_one_side_and_every_class_is_shared_alike()
    {
        var table = Mixed(3000, 3);
        var split = Split.Stratified(table, 0.1, 0.2, seed: 1);

        Assert.That(split.Train.Concat(split.Validation).Concat(split.Test), Is.EquivalentTo(table.AllRows()));
        for (var k = 0; k < 3; k++)
        {
            int Of(int[] rows) => rows.Count(row => table.Labels[row] == k);
            Assert.That((double)Of(split.Test) / Of(table.AllRows()), Is.EqualTo(0.2).Within(0.01));
            Assert.That((double)Of(split.Validation) / Of(table.AllRows()), Is.EqualTo(0.1).Within(0.01));
        }
    }

    [Test]
    public void The_same_rows_in_another_order_are_split_alike()
    {
        var table = Mixed(500);
        var reversed = Reordered(table, [.. table.AllRows().Reverse()]);

        Assert.That(Contents(reversed, Split.Stratified(reversed, 0, 0.2, 1).Test), Is.EquivalentTo(Contents(table, Split.Stratified(table, 0, 0.2, 1).Test)));
    }

    [Test]
    public void Another_seed_splits_otherwise() =>
        Assert.That(Split.Stratified(Mixed(), 0, 0.2, 2).Test, Is.Not.EqualTo(Split.Stratified(Mixed(), 0, 0.2, 1).Test));

    [Test]
    public void Equal_rows_are_on_one_side_whatever_their_labels()
    {
        var table = Of(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 400).Select(i => (float)(i % 100))], [.. Enumerable.Range(0, 400).Select(i => i / 7 % 2)]);
        var split = Split.Stratified(table, 0.1, 0.3, seed: 1);

        HashSet<float> Values(int[] rows) => [.. rows.Select(row => table.Column(0)[row])];
        Assert.That(Values(split.Train).Intersect(Values(split.Test)), Is.Empty);
        Assert.That(Values(split.Train).Intersect(Values(split.Validation)), Is.Empty);
        Assert.That(split.Test, Has.Length.EqualTo(120).Within(10));
    }

    [Test]
    public void The_reference_set_stays_out_of_training_whatever_comes_later()
    {
        var first = Mixed(300);
        var reference = RowHash.Of(first).Take(60).ToHashSet();
        var grown = Reordered(Mixed(900), Mixed(900).AllRows());
        var split = Split.Stratified(grown, 0.1, 0.2, 1, reference);

        Assert.That(Contents(grown, split.Train).Intersect(reference), Is.Empty);
        Assert.That(Contents(grown, split.Reference), Is.SubsetOf(reference));
        Assert.That(split.Reference, Has.Length.GreaterThanOrEqualTo(60), "the first rows of both tables are the same");
    }

    [Test]
    public void Zero_and_what_is_missing_have_one_hash_each_however_they_were_written()
    {
        var odd = BitConverter.Int32BitsToSingle(0x7FC12345); // a NaN with a message in it
        var table = Of(new Column("x", ColumnKind.Number), [0f, -0f, float.NaN, odd], [0, 0, 1, 1]);

        Assert.That(RowHash.Of(table).Distinct().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Folds_test_every_row_once_and_never_train_on_it()
    {
        var table = Mixed(301);
        var folds = Split.Folds(table, 5, seed: 1);

        Assert.That(folds.SelectMany(fold => fold.Test), Is.EquivalentTo(table.AllRows()));
        foreach (var fold in folds)
            Assert.That(fold.Train.Concat(fold.Validation).Concat(fold.Test), Is.EquivalentTo(table.AllRows()));
    }

    private static IEnumerable<UInt128> Contents(Table table, int[] rows)
    {
        var hashes = RowHash.Of(table);
        return rows.Select(row => hashes[row]);
    }

    private static Table Reordered(Table table, int[] order)
    {
        var cells = new float[table.Rows * table.Schema.Columns.Count];
        table.CopyRows(order, cells);
        var builder = new TableBuilder(table.Schema);
        foreach (var (i, row) in order.Index())
            builder.Add(cells.AsSpan(i * table.Schema.Columns.Count, table.Schema.Columns.Count), table.Labels[row]);
        return builder.Build();
    }
}
