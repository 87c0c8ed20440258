using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using ServiceDefaults.Problems;
using TrainingService.Registry;

namespace Unit.TrainingService.Registry;

public class ModelManifestTests
{
    private const string Sha256 = "3357c2a6f5ee802d7d23f39a19d23bc10166644173b199ae893d17a1a3d61f63";

    [Test]
    public void A_manifest_is_read_and_kept_as_it_is()
    {
        var json = Manifest();
        json["metrics"] = new JsonObject { ["accuracy"] = 0.97 };
        json["whatever"] = "else";

        var manifest = Parse(json);

        Assert.That((manifest.Name, manifest.Version, manifest.Task, manifest.Sha256), Is.EqualTo(("mask-detector", "1", "image-classification", Sha256)));
        Assert.That(manifest.Metrics!.Value.GetProperty("accuracy").GetDouble(), Is.EqualTo(0.97));
        Assert.That(manifest.Json.GetProperty("whatever").GetString(), Is.EqualTo("else"));
    }

    [Test]
    public void Metrics_may_be_absent() => Assert.That(Parse(Manifest()).Metrics, Is.Null);

    [TestCase("name")]
    [TestCase("version")]
    [TestCase("task")]
    [TestCase("sha256")]
    public void A_missing_field_is_named(string field)
    {
        var json = Manifest();
        json.Remove(field);
        Assert.That(() => Parse(json), Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Field)).EqualTo(field));
    }

    [TestCase("name", "../etc")]
    [TestCase("name", "Mask")]
    [TestCase("name", "")]
    [TestCase("version", ".")]
    [TestCase("version", "1/2")]
    [TestCase("task", "guessing")]
    [TestCase("sha256", "3357")]
    public void A_malformed_field_is_named(string field, string value)
    {
        var json = Manifest();
        json[field] = value;
        Assert.That(() => Parse(json), Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Field)).EqualTo(field));
    }

    [Test]
    public void A_version_must_be_text()
    {
        var json = Manifest();
        json["version"] = 1;
        Assert.That(() => Parse(json), Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Field)).EqualTo("version"));
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    public void What_is_no_JSON_object_is_no_manifest(string text) =>
        Assert.That(() => ModelManifest.Parse(Encoding.UTF8.GetBytes(text)), Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Status)).EqualTo(422));

    private static JsonObject Manifest() => new()
    {
        ["name"] = "mask-detector",
        ["version"] = "1",
        ["task"] = "image-classification",
        ["sha256"] = Sha256,
    };

    private static ModelManifest Parse(JsonObject json) => ModelManifest.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
