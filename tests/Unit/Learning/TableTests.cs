using Learning;
using Learning.Data;
using NUnit.Framework;

namespace Unit.Learning;

[TestFixture]
public sealed class TableTests
{
    private static readonly TableSchema Schema = new(
        [new("age", ColumnKind.Number), new("member", ColumnKind.Boolean), new("colour", ColumnKind.Category, ["red", "green"])], ["no", "yes"]);

    [Test]
    public void Rows_come_back_as_they_were_given()
    {
        var table = new TableBuilder(Schema, expectedRows: 1).Add([1, 0, -1], 0).Add([float.NaN, 1, 1], 1).Add([3, float.NaN, float.NaN], 1).Build();
        var cells = new float[6];
        table.CopyRows([2, 0], cells);

        Assert.That(cells, Is.EqualTo(new[] { 3, float.NaN, float.NaN, 1, 0, -1 }));
        Assert.That(table.Labels.ToArray(), Is.EqualTo(new[] { 0, 1, 1 }));
    }

    [TestCase(double.NaN, "NaN")]
    [TestCase(double.PositiveInfinity, "Infinity")]
    [TestCase(double.NegativeInfinity, "-Infinity")]
    [TestCase(0.5, "0.5")]
    [TestCase(2, "0 to 1")]
    [TestCase(-1, "-1")]
    public void A_label_that_is_none_is_refused_with_its_row(double label, string told) =>
        Assert.That(() => new TableBuilder(Schema).Add([1, 0, 0], 0).Add([1, 0, 0], label),
            Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("label").And.Message.Contains("Row 1").And.Message.Contains(told));

    [TestCase(float.PositiveInfinity, 0, 0, "age")]
    [TestCase(1, 2, 0, "member")]
    [TestCase(1, 0, 2, "colour")]
    [TestCase(1, 0, 0.5f, "colour")]
    [TestCase(1, 0, -2, "colour")]
    public void A_cell_that_its_column_does_not_take_is_refused_with_the_columns_name(float age, float member, float colour, string column) =>
        Assert.That(() => new TableBuilder(Schema).Add([age, member, colour], 0), Throws.TypeOf<LearningException>().With.Property("Field").EqualTo(column));

    [Test]
    public void A_row_with_too_few_cells_is_refused() =>
        Assert.That(() => new TableBuilder(Schema).Add([1, 0], 0), Throws.TypeOf<LearningException>().With.Message.Contains("2 cells").And.Message.Contains("3 columns"));

    [Test]
    public void Ten_thousand_categories_are_allowed_and_one_more_is_not()
    {
        string[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => $"{i}")];

        Assert.That(new Column("id", ColumnKind.Category, Values(10_000)).Values, Has.Count.EqualTo(10_000));
        Assert.That(() => new Column("id", ColumnKind.Category, Values(10_001)), Throws.TypeOf<LearningException>().With.Message.Contains("'id' has 10001 categories; 10000 are the most"));
    }

    [Test]
    public void A_schema_that_contradicts_itself_is_refused()
    {
        Assert.That(() => new TableSchema([], ["a", "b"]), Throws.TypeOf<LearningException>());
        Assert.That(() => new TableSchema([new("x", ColumnKind.Number), new("x", ColumnKind.Number)], ["a", "b"]), Throws.TypeOf<LearningException>().With.Message.Contains("'x' occurs twice"));
        Assert.That(() => new TableSchema([new("x", ColumnKind.Number)], ["a"]), Throws.TypeOf<LearningException>().With.Message.Contains("1 class"));
        Assert.That(() => new Column("c", ColumnKind.Category, ["a", "a"]), Throws.TypeOf<LearningException>().With.Message.Contains("'a' twice"));
        Assert.That(() => new Column("c", ColumnKind.Category), Throws.TypeOf<LearningException>().With.Message.Contains("lists no values"));
    }
}
