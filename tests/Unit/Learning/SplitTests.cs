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
        var split = Split.Stratified(grown, 0.1, 0.2, 1, RowOrigins.Of(grown, reference));

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

    [Test]
    public void Contents_that_are_given_decide_whatever_the_cells_say()
    {
        var table = Mixed(400);
        UInt128[] contents = [.. table.AllRows().Select(row => (UInt128)(row / 4))];
        var split = Split.Stratified(table, 0.1, 0.2, 1, new RowOrigins(contents));

        HashSet<UInt128> Of(int[] rows) => [.. rows.Select(row => contents[row])];
        Assert.That(Of(split.Train).Intersect(Of(split.Test)), Is.Empty);
        Assert.That(Of(split.Validation).Intersect([.. Of(split.Test), .. Of(split.Train)]), Is.Empty);
        Assert.That(split.Train.Length + split.Validation.Length + split.Test.Length, Is.EqualTo(400));
    }

    [Test]
    public void A_marked_row_is_reference_and_others_of_its_content_are_on_no_side()
    {
        var table = Mixed(300);
        UInt128[] contents = [.. table.AllRows().Select(row => (UInt128)(row % 150))];
        var split = Split.Stratified(table, 0.1, 0.2, 1, new RowOrigins(contents, Reference: [.. table.AllRows().Select(row => row < 50)]));

        Assert.That(split.Reference, Is.EqualTo(Enumerable.Range(0, 50)));
        Assert.That(split.Train.Concat(split.Validation).Concat(split.Test), Is.EquivalentTo(table.AllRows().Where(row => row % 150 >= 50)));
    }

    [Test]
    public void Copies_are_trained_on_beside_their_original_and_never_judged_by()
    {
        var table = Mixed(600);
        UInt128[] contents = [.. table.AllRows().Select(row => (UInt128)(row % 200))];
        var origins = new RowOrigins(contents, Reference: [.. table.AllRows().Select(row => row < 20)], Copies: [.. table.AllRows().Select(row => row >= 200)]);
        IReadOnlyList<Split> splits = [Split.Stratified(table, 0.1, 0.2, 1, origins), .. Split.Folds(table, 4, 1, origins)];

        foreach (var split in splits)
        {
            int[] judged = [.. split.Test, .. split.Validation, .. split.Reference];
            Assert.That(judged, Has.All.LessThan(200));
            Assert.That(split.Train.Select(row => row % 200).Intersect(judged), Is.Empty, "a copy is trained on, its original judged by");
            Assert.That(split.Train.Length, Is.EqualTo(3 * split.Train.Count(row => row < 200)), "each original with its two copies");
        }
    }

    [Test]
    public void Folds_within_a_split_leave_its_test_and_reference_alone()
    {
        var table = Mixed(400);
        var origins = RowOrigins.Of(table) with { Reference = [.. table.AllRows().Select(row => row % 10 == 0)] };
        var whole = Split.Stratified(table, 0.1, 0.2, 1, origins);
        var folds = Split.Folds(table, 5, 1, origins, whole);

        Assert.That(folds.SelectMany(fold => fold.Test), Is.EquivalentTo(whole.Train.Concat(whole.Validation)));
        Assert.That(folds.SelectMany(fold => fold.Train).Intersect([.. whole.Test, .. whole.Reference]), Is.Empty);
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
