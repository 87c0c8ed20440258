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
}
