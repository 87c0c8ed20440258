using Learning;
using Learning.Data;
using Learning.Linear;
using Learning.Parameters;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture]
public sealed class DataChecksTests
{
    [Test]
    public void One_class_only_is_refused()
    {
        var table = Of(new Column("x", ColumnKind.Number), new float[50], new int[50]);
        Assert.That(() => Train(new LogisticRegression(), Set(table)), Throws.TypeOf<LearningException>().With.Message.Contains("label 'no'").And.Property("Field").EqualTo("label"));
    }

    [Test]
    public void Nine_rows_of_a_class_are_refused_and_ten_are_not([Values(9, 10)] int rows)
    {
        var table = Of(new Column("x", ColumnKind.Number), new float[50], [.. Enumerable.Range(0, 50).Select(i => i < rows ? 1 : 0)]);
        Assert.That(() => DataChecks.Require(table, table.AllRows()), rows == 10 ? Throws.Nothing : Throws.TypeOf<LearningException>().With.Message.Contains("'yes' has 9 rows"));
    }

    [Test]
    public void No_rows_are_refused() =>
        Assert.That(() => Train(new LogisticRegression(), new TrainingSet(Mixed(), [], [])), Throws.TypeOf<LearningException>().With.Message.Contains("no rows"));

    [Test]
    public void More_memory_than_allowed_is_refused_before_anything_starts() => Assert.That(
        () => Train(new LogisticRegression(), Set(Mixed()), new TrainingRun(MemoryLimitBytes: 1000, OnProgress: _ => Assert.Fail("it started"))),
        Throws.TypeOf<LearningException>().With.Message.Contains("MiB are allowed"));

    [Test]
    public void A_column_that_equals_the_label_is_warned_of()
    {
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 3)];
        var category = Of(new Column("diagnosis", ColumnKind.Category, ["x", "y", "z"]), [.. labels.Select(label => (float)((label + 1) % 3))], labels, 3);
        var number = Of(new Column("code", ColumnKind.Number), [.. labels.Select(label => label * 17f)], labels, 3);

        Assert.That(Warnings(category), Is.EqualTo(new[] { "Column 'diagnosis' tells the label of every row by itself: is it the label under another name?" }));
        Assert.That(Warnings(number).Single(), Does.Contain("'code'"));
    }

    [Test]
    public void A_column_that_is_only_good_is_not_warned_of()
    {
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 2)];
        Assert.That(Warnings(Of(new Column("x", ColumnKind.Number), [.. labels.Select((label, i) => label + (i / 100f))], labels)), Is.Empty);
        Assert.That(Warnings(Of(new Column("x", ColumnKind.Boolean), [.. labels.Select((label, i) => i == 0 ? 1 : (float)label)], labels)), Is.Empty);
    }

    [Test]
    public void Columns_that_are_empty_or_never_change_are_warned_of()
    {
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => i % 2)];
        Assert.That(Warnings(Of(new Column("x", ColumnKind.Number), [.. Enumerable.Repeat(4f, 20)], labels)).Single(), Does.Contain("'x' has the same value"));
        Assert.That(Warnings(Of(new Column("x", ColumnKind.Number), [.. Enumerable.Repeat(float.NaN, 20)], labels)).Single(), Does.Contain("'x' is missing in every row"));
    }

    [Test]
    public void Many_columns_that_never_change_are_one_warning()
    {
        var builder = new TableBuilder(TableSchema.OfEmbeddings(8, ["no", "yes"]));
        for (var row = 0; row < 20; row++)
            builder.Add([row, 1, 2, 3, 4, 5, 6, 7], row % 2);
        Assert.That(Warnings(builder.Build()), Is.EqualTo(new[] { "7 columns have the same value in every row: 'e1', 'e2', 'e3', 'e4', 'e5' and 2 more." }));
    }

    [Test]
    public void A_parameter_that_does_not_exist_is_refused_with_those_that_do() => Assert.That(
        () => ParameterSet.Read(new LogisticRegression().Parameters, ("lambda", 1)),
        Throws.TypeOf<LearningException>().With.Message.EqualTo("There is no parameter 'lambda'; there are l2, maxIterations, tolerance, classWeights."));

    [Test]
    public void A_learner_that_does_not_exist_is_refused_with_those_that_do()
    {
        Assert.That(Learners.Find("image-head").Name, Is.EqualTo("image-head"));
        Assert.That(() => Learners.Find("magic"), Throws.TypeOf<LearningException>().With.Message.EqualTo("There is no learner 'magic'; there are logistic-regression, linear-regression, gradient-boosted-trees, image-head."));
    }

    [TestCase("l2", -1, "a number from 0 to 1000000")]
    [TestCase("l2", "much", "a number from 0 to 1000000")]
    [TestCase("maxIterations", 1.5, "a whole number from 1 to 10000")]
    [TestCase("classWeights", "heavy", "one of none, balanced")]
    [TestCase("classWeights", 1, "one of none, balanced")]
    public void A_parameter_of_a_wrong_value_is_refused_with_what_is_allowed(string name, object value, string allowed) => Assert.That(
        () => ParameterSet.Read(new LogisticRegression().Parameters, (name, value)),
        Throws.TypeOf<LearningException>().With.Property("Field").EqualTo(name).And.Message.Contains(allowed));

    private static IReadOnlyList<string> Warnings(Table table) => DataChecks.Warnings(table, table.AllRows());
}
