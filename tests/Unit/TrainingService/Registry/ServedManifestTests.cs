using System.Text.Json;
using NUnit.Framework;
using ServiceDefaults.Problems;
using TrainingService.Evaluations;

namespace Unit.TrainingService.Registry;

public class ServedManifestTests
{
    [TestCase("""[{"type": "number"}]""", "columns[0]", TestName = "A_column_without_a_name")]
    [TestCase("""[{"name": "a"}]""", "columns[0]", TestName = "A_column_without_a_type")]
    [TestCase("[null]", "columns[0]", TestName = "A_column_that_is_null")]
    [TestCase("""[{"name": "a", "type": "number"}, {"name": "a", "type": "number"}]""", "'a' twice", TestName = "A_column_that_comes_twice")]
    [TestCase("""[{"name": "a", "type": "category", "values": ["x", "x"]}]""", "column 'a' twice", TestName = "A_value_that_comes_twice")]
    [TestCase("""[{"name": "a", "type": "category", "values": [null]}]""", "column 'a'", TestName = "A_value_that_is_null")]
    public void Columns_that_can_t_be_told_apart_are_422(string columns, string says)
    {
        var manifest = JsonElement.Parse($$"""{"task": "tabular-classification", "labels": ["no", "yes"], "output": {"name": "y"}, "columns": {{columns}}}""");
        Assert.That(() => ServedManifest.Read(manifest), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(422).And.Message.Contains(says));
    }

    [Test]
    public void Columns_with_names_of_their_own_are_read() => Assert.That(
        ServedManifest.Read(JsonElement.Parse("""{"task": "tabular-classification", "labels": ["no", "yes"], "output": {"name": "y"}, "columns": [{"name": "a", "type": "category", "values": ["x", "y"]}]}""")).Columns,
        Has.Count.EqualTo(1));

    [TestCase("none", 2.5f, 2.5f)]
    [TestCase("sigmoid", 0f, 0.5f)]
    public void An_answer_of_a_regression_is_the_score_that_is_served(string activation, float answer, float score) => Assert.That(Regression(activation).ToNumber([answer]), Is.EqualTo(score));

    [Test]
    public void Two_numbers_are_no_score() =>
        Assert.That(() => Regression("none").ToNumber([1, 2]), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(422).And.Message.Contains("2 numbers"));

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void A_score_has_to_be_finite(float answer) =>
        Assert.That(() => Regression("none").ToNumber([answer]), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(422).And.Message.Contains("no finite number"));

    private static ServedManifest Regression(string activation) =>
        ServedManifest.Read(JsonElement.Parse($$"""{"task": "tabular-regression", "output": {"name": "score", "activation": "{{activation}}"}, "columns": [{"name": "a", "type": "number"}]}"""));
}
