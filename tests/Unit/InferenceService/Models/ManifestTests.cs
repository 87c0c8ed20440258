using System.Text.Json;
using System.Text.Json.Nodes;
using Imaging;
using InferenceService.Models;
using NUnit.Framework;
using TestSupport;

namespace Unit.InferenceService.Models;

[TestFixture]
public sealed class ManifestTests
{
    [TestCaseSource(nameof(ShippedManifests))]
    public void Every_shipped_package_is_understood(string path)
    {
        var manifest = Parse(JsonNode.Parse(File.ReadAllText(path))!);

        Assert.That($"{manifest.Name}/{manifest.Version}", Is.EqualTo(string.Join('/', path.Split(Path.DirectorySeparatorChar)[^3..^1])));
        Assert.That(manifest.Licence, Is.Not.Empty);
    }

    [TestCase("sha256", "\"abc\"", "sha256")]
    [TestCase("labels", "[\"only one\"]", "labels")]
    [TestCase("labels", "[\"same\", \"same\"]", "labels")]
    [TestCase("task", "\"fortune-telling\"", "task")]
    [TestCase("task", "\"face-detection\"", "task")]
    [TestCase("output", "{}", "output.name")]
    [TestCase("input", "{\"kind\": \"image\", \"width\": 0, \"height\": 8}", "input.width")]
    [TestCase("batching", "{\"maxBatchSize\": 0}", "batching.maxBatchSize")]
    [TestCase("recording", "\"sometimes\"", "recording")]
    public void A_wrong_field_is_named(string field, string value, string named)
    {
        var json = Image();
        json[field] = JsonNode.Parse(value);

        Assert.That(() => Parse(json), Throws.TypeOf<InvalidDataException>().With.Message.Contains(named));
    }

    [TestCase("\"padColour\": [1, 2]", "input.padColour")]
    [TestCase("\"padColour\": [1, 2, 256]", "input.padColour")]
    [TestCase("\"alpha\": \"black\"", "input.alpha")]
    [TestCase("\"resize\": \"squeeze\"", "input.resize")]
    public void A_wrong_word_about_images_is_named(string field, string named)
    {
        var json = Image();
        json["input"] = JsonNode.Parse($"{{\"width\": 8, \"height\": 8, {field}}}");

        Assert.That(() => ImageInputs.From(Parse(json).Input), Throws.TypeOf<InvalidDataException>().With.Message.Contains(named));
    }

    [Test]
    public void What_a_package_says_of_images_reaches_the_decoder()
    {
        var json = Image();
        json["input"] = JsonNode.Parse("""{"width": 8, "height": 9, "resize": "contain", "padColour": [1, 2, 255], "alpha": "white", "fastDecode": true}""");

        var input = ImageInputs.From(Parse(json).Input);

        Assert.That((input.Resize, input.Alpha, input.FastDecode), Is.EqualTo((global::Imaging.ResizeMode.Contain, global::Imaging.AlphaMode.White, true)));
        Assert.That(input.PadColour, Is.EqualTo(new byte[] { 1, 2, 255 }));
    }

    [TestCase("name")]
    [TestCase("version")]
    [TestCase("output")]
    [TestCase("sha256")]
    public void A_missing_field_is_named(string field)
    {
        var json = Image();
        json.Remove(field);

        Assert.That(() => Parse(json), Throws.TypeOf<InvalidDataException>().With.Message.Contains(field));
    }

    [Test]
    public void A_model_of_tensors_needs_neither_labels_nor_an_output()
    {
        var json = Image();
        json["task"] = "tensor";
        foreach (var field in new[] { "labels", "input", "output" })
            json.Remove(field);

        Assert.That(Parse(json), Has.Property("TakesTensors").True.And.Property("TakesImages").False);
    }

    [TestCase("image-classification", null, false)]
    [TestCase("image-classification", true, true)]
    [TestCase("tabular-regression", null, true)]
    [TestCase("tabular-regression", false, false)]
    public void Values_that_are_not_finite_go_into_rows_and_where_the_package_says_so(string task, bool? said, bool allowed)
    {
        var json = Image();
        json["task"] = task;
        if (task == "tabular-regression")
        {
            json["columns"] = JsonNode.Parse("""[{"name": "size", "type": "number"}]""");
            json["input"] = new JsonObject();
        }
        json["input"]!["allowNonFinite"] = said;

        Assert.That(Parse(json).AllowsNonFinite, Is.EqualTo(allowed));
    }

    [Test]
    public void A_category_needs_its_values()
    {
        var json = Image();
        json["task"] = "tabular-regression";
        json.Remove("input");
        json["columns"] = JsonNode.Parse("""[{"name": "kind", "type": "category"}]""");

        Assert.That(() => Parse(json), Throws.TypeOf<InvalidDataException>().With.Message.Contains("columns.kind.values"));
    }

    private static IEnumerable<string> ShippedManifests() =>
        Directory.EnumerateFiles(Repository.Path("models"), "model.json", SearchOption.AllDirectories);

    private static ModelManifest Parse(JsonNode json) => ModelManifest.Parse(json.Deserialize<JsonElement>());

    private static JsonObject Image() => JsonNode.Parse("""
        {"name": "m", "version": "1", "task": "image-classification", "labels": ["a", "b"],
         "sha256": "0000000000000000000000000000000000000000000000000000000000000000",
         "input": {"kind": "image", "width": 8, "height": 8}, "output": {"name": "y", "activation": "softmax"}}
        """)!.AsObject();
}
