using System.Text.Json;
using Learning;
using Learning.Data;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture]
public sealed class NumberTableTests
{
    private static readonly TableSchema Schema = TableSchema.OfNumber([new("age", ColumnKind.Number), new("colour", ColumnKind.Category, ["red", "green"])]);

    [Test]
    public void Numbers_come_back_as_they_were_given()
    {
        var table = new TableBuilder(Schema, expectedRows: 1).Add([1, 0], 0.1).Add([2, -1], -1e18).Add([3, float.NaN], -0.0).Build();

        Assert.That(table.Targets.ToArray(), Is.EqualTo(new[] { 0.1f, -1e18f, 0 }));
        Assert.That(BitConverter.SingleToInt32Bits(table.Targets[2]), Is.Zero, "there is one zero");
        Assert.That(table.TargetsOf([1, 0]), Is.EqualTo(new[] { -1e18f, 0.1f }));
    }

    [TestCase(double.NaN, "NaN")]
    [TestCase(double.PositiveInfinity, "Infinity")]
    [TestCase(double.NegativeInfinity, "-Infinity")]
    [TestCase(1e30, "1E+30")]
    [TestCase(-1e39, "-1E+39")]
    public void A_number_that_nothing_can_be_learned_of_is_refused_with_its_row(double label, string told) =>
        Assert.That(() => new TableBuilder(Schema).Add([1, 0], 0).Add([1, 0], label),
            Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("label").And.Message.Contains("Row 1").And.Message.Contains(told));

    [Test]
    public void Labels_of_the_other_kind_are_no_labels()
    {
        Assert.That(() => Priced().Labels.Length, Throws.InvalidOperationException);
        Assert.That(() => Priced().LabelsOf([0]), Throws.InvalidOperationException);
        Assert.That(() => Mixed().Targets.Length, Throws.InvalidOperationException);
        Assert.That(() => Mixed().TargetsOf([0]), Throws.InvalidOperationException);
    }

    [Test]
    public void A_schema_is_the_same_after_a_file()
    {
        var again = JsonSerializer.Deserialize<TableSchema>(JsonSerializer.Serialize(Schema, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
        Assert.That((again.IsNumeric, again.Classes.Count, again.Columns.Count), Is.EqualTo((true, 0, 2)));

        var classes = JsonSerializer.Serialize(Mixed().Schema, JsonSerializerOptions.Web);
        Assert.That(classes, Does.Not.Contain("isNumeric"), "classes are written as ever");
        Assert.That(JsonSerializer.Deserialize<TableSchema>(classes, JsonSerializerOptions.Web)!.Classes, Is.EqualTo(new[] { "no", "yes" }));
    }

    [Test]
    public void No_classes_are_a_mistake_unless_a_number_is_meant() =>
        Assert.That(() => new TableSchema([new("age", ColumnKind.Number)], []), Throws.TypeOf<LearningException>().With.Message.Contains("0 class"));

    [Test]
    public void Labels_that_are_all_the_same_are_refused() => Assert.That(
        () => DataChecks.Require(Numbers(_ => 2.5f), [.. Enumerable.Range(0, 60)]),
        Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("label").And.Message.EqualTo("All 60 rows have the label 2.5; there is nothing to predict."));

    [Test]
    public void Nine_rows_are_refused_and_ten_are_not([Values(9, 10)] int rows) => Assert.That(
        () => DataChecks.Require(Numbers(i => i), [.. Enumerable.Range(0, rows)]),
        rows == 10 ? Throws.Nothing : Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("rows").And.Message.Contains("9 rows"));

    [Test]
    public void A_column_that_is_the_label_in_another_unit_is_warned_of() =>
        Assert.That(Warnings(Numbers(i => (i * 1.8f) + 32)).Single(), Is.EqualTo("Column 'x' tells the label of every row by itself: is it the label under another name?"));

    [Test]
    public void A_category_with_a_label_of_its_own_for_each_value_is_warned_of()
    {
        var category = new Column("grade", ColumnKind.Category, ["a", "b", "c"]);
        float[] cells = [.. Enumerable.Range(0, 60).Select(i => (float)(i % 3))];
        Assert.That(Warnings(OfNumbers(category, cells, [.. cells.Select(cell => 100 - cell)])).Single(), Does.Contain("'grade'"));
        Assert.That(Warnings(OfNumbers(category, cells, [.. cells.Select((cell, i) => i == 7 ? 5 : 100 - cell)])), Is.Empty);
    }

    [Test]
    public void A_column_that_is_only_good_is_not_warned_of() =>
        Assert.That(Warnings(Numbers(i => i + (i % 7 * 0.01f))), Is.Empty);

    private static IReadOnlyList<string> Warnings(Table table) => DataChecks.Warnings(table, table.AllRows());

    private static Table Numbers(Func<int, float> target) =>
        OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 60).Select(i => (float)i)], [.. Enumerable.Range(0, 60).Select(target)]);
}
