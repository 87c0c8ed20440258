using Learning;
using Learning.Data;
using NUnit.Framework;
using TrainingService.Datasets.Schema;
using TrainingService.LabelKinds;
using TrainingService.Runs.Training;

namespace Unit.TrainingService.Runs;

public sealed class TrainingSchemaTests
{
    [Test]
    public void Classes_have_the_same_order_whichever_was_posted_first()
    {
        Assert.That(Classes(closed: false, numeric: false, ["yes", "no"]), Is.EqualTo(new[] { "no", "yes" }));
        Assert.That(Classes(closed: false, numeric: true, ["10", "9", "-1"]), Is.EqualTo(new[] { "-1", "9", "10" }));
    }

    [Test]
    public void Classes_that_were_given_keep_their_order_and_those_without_rows_are_left_out()
    {
        var values = new ValueLists(0, 10);
        foreach (var text in (string[])["low", "middle", "high"])
            values.Classes.AddStored(text);
        Assert.That(TrainingSchema.ClassesOf(Schema(closed: true, numeric: false), values, ["high", "low"]), Is.EqualTo(new[] { "low", "high" }));
    }

    [Test]
    public void Columns_are_those_of_the_rows_as_they_lie_in_the_database()
    {
        var schema = new DatasetSchema(
            [new("age", ColumnType.Number, false), new("plan", ColumnType.Category, false), new("member", ColumnType.Boolean, false)], new(LabelType.Binary, false, true, false));
        var values = new ValueLists(3, 10);
        values[1].AddStored("pro");
        values[1].AddStored("free");

        var table = TrainingSchema.Of(schema, values, new ClassCoding(["no", "yes"]));

        Assert.That(table.Columns.Select(column => column.Kind), Is.EqualTo(new[] { ColumnKind.Number, ColumnKind.Category, ColumnKind.Boolean }));
        Assert.That(table.Columns[1].Values, Is.EqualTo(new[] { "pro", "free" }), "the index in a row means the same");
    }

    [Test]
    public void A_category_without_any_value_is_told_by_its_name()
    {
        var schema = new DatasetSchema([new("plan", ColumnType.Category, false)], new(LabelType.Binary, false, true, false));
        Assert.That(() => TrainingSchema.Of(schema, new ValueLists(1, 10), new ClassCoding(["no", "yes"])), Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("plan"));
    }

    private static IReadOnlyList<string> Classes(bool closed, bool numeric, IEnumerable<string> occurring) =>
        TrainingSchema.ClassesOf(Schema(closed, numeric), new ValueLists(0, 10), occurring);

    private static DatasetSchema Schema(bool closed, bool numeric) => new([], new(LabelType.MultiClass, closed, !closed, numeric));
}
