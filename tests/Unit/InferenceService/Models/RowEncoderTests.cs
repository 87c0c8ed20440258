using System.Text.Json;
using InferenceService.Models;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.Models;

[TestFixture]
public sealed class RowEncoderTests
{
    private readonly RowEncoder encoder = new([new("kind", ColumnType.Category, ["a", "b"]), new("size", ColumnType.Number), new("open", ColumnType.Boolean)]);

    [TestCase("""{"kind": "b", "size": 2.5, "open": true}""", new[] { 1f, 2.5f, 1f })]
    [TestCase("""{"open": false, "size": -1, "kind": "a"}""", new[] { 0f, -1f, 0f }, TestName = "columns in any order")]
    [TestCase("""{"kind": "never seen", "size": 1e3, "open": true}""", new[] { -1f, 1000f, 1f }, TestName = "an unknown category is -1")]
    [TestCase("""{"kind": null, "size": null, "open": null}""", new[] { float.NaN, float.NaN, float.NaN }, TestName = "a missing value is NaN")]
    public void A_row_becomes_the_models_input(string row, float[] expected) => Assert.That(Encode(row), Is.EqualTo(expected));

    [TestCase("""{"kind": "a", "size": 1}""", "rows[3].open")]
    [TestCase("""{"kind": "a", "size": 1, "open": true, "extra": 1}""", "rows[3].extra")]
    [TestCase("""{"kind": "a", "size": 1, "open": true, "size": 2}""", "rows[3].size", TestName = "a column twice")]
    [TestCase("""{"kind": "a", "size": "1", "open": true}""", "rows[3].size")]
    [TestCase("""{"kind": "a", "size": 1e99, "open": true}""", "rows[3].size", TestName = "a number beyond float32")]
    [TestCase("""{"kind": 1, "size": 1, "open": true}""", "rows[3].kind")]
    [TestCase("""{"kind": "a", "size": 1, "open": 1}""", "rows[3].open")]
    [TestCase("""{"kind": "\ud800", "size": 1, "open": true}""", "rows[3]", TestName = "half a surrogate pair")]
    [TestCase("7", "rows[3]")]
    public void A_bad_row_names_its_column(string row, string field) =>
        Assert.That(() => Encode(row), Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Field)).EqualTo(field).And.Property(nameof(ProblemException.Status)).EqualTo(422));

    [Test]
    public void What_is_kept_of_a_row_is_what_was_understood()
    {
        var row = JsonDocument.Parse("""{"open": null, "size": 1e-20000, "kind": "a"}""").RootElement;

        Assert.That(encoder.Understood(row).GetRawText(), Is.EqualTo("""{"kind":"a","size":0,"open":null}"""));
    }

    private float[] Encode(string row)
    {
        var destination = new float[encoder.Length];
        encoder.Write(JsonDocument.Parse(row).RootElement, 3, destination);
        return destination;
    }
}
