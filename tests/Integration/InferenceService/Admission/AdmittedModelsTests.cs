using System.Text.Json;
using Imaging;
using InferenceService.Admission;
using InferenceService.Models;
using NUnit.Framework;
using TestSupport;

namespace Integration.InferenceService.Admission;

[TestFixture]
public sealed class AdmittedModelsTests
{
    [Test]
    public async Task A_model_is_tried_once()
    {
        using var bench = new AdmissionBench();
        await bench.AdmitAsync(HostileModels.Harmless());
        await bench.AdmitAsync(HostileModels.Harmless());

        Assert.That(bench.Trials, Is.EqualTo(1), bench.Log);
    }

    [Test]
    public async Task The_same_file_in_another_version_needs_no_trial_of_its_own()
    {
        using var bench = new AdmissionBench();
        var path = Path.Combine(bench.Folder, "model.onnx");
        await File.WriteAllBytesAsync(path, HostileModels.Harmless());
        await bench.AdmitAsync(AdmissionBench.Rows, path);
        await bench.AdmitAsync(AdmissionBench.Rows with { Name = "other", Version = "2", Description = "the same" }, path);

        Assert.That(bench.Trials, Is.EqualTo(1), bench.Log);
    }

    [Test]
    public async Task Under_other_limits_or_with_another_manifest_it_is_tried_again()
    {
        using var bench = new AdmissionBench();
        await bench.AdmitAsync(HostileModels.Harmless());
        await bench.AdmitAsync(HostileModels.Harmless(), new AdmissionOptions { MaxNodes = 100 });
        Assert.That(bench.Trials, Is.EqualTo(2), bench.Log);

        var path = Path.Combine(bench.Folder, "model.onnx");
        await File.WriteAllBytesAsync(path, HostileModels.Harmless());
        await bench.AdmitAsync(AdmissionBench.Rows with { Batching = new(MaxBatchSize: 4) }, path);
        Assert.That(bench.Trials, Is.EqualTo(3), bench.Log);
    }

    [Test]
    public async Task A_damaged_note_is_not_believed()
    {
        using var bench = new AdmissionBench();
        await bench.AdmitAsync(HostileModels.Harmless());
        foreach (var note in Directory.EnumerateFiles(Path.Combine(bench.Folder, "admitted")))
            await File.WriteAllTextAsync(note, "{\"fac");
        await bench.AdmitAsync(HostileModels.Harmless());

        Assert.That(bench.Trials, Is.EqualTo(2), bench.Log);
    }

    [TestCase("mask-detector")]
    [TestCase("report-scorer")]
    public async Task The_models_that_ship_are_admitted(string model)
    {
        using var bench = new AdmissionBench();
        var package = Repository.Path("models", model, "1");
        var manifest = ModelManifest.Parse(JsonElement.Parse(await File.ReadAllBytesAsync(Path.Combine(package, "model.json"))));
        await AdmitAsync(bench, manifest, Path.Combine(package, "model.onnx"));
    }

    [TestCase("mobilenetv2-fp32.onnx")]
    [TestCase("mobilenetv2-int8.onnx")]
    public async Task A_public_model_is_admitted(string file)
    {
        using var bench = new AdmissionBench();
        var manifest = new ModelManifest
        {
            Name = "mobilenetv2",
            Version = "1",
            Task = ModelTask.ImageClassification,
            Labels = [.. Enumerable.Range(0, 1000).Select(label => $"class {label}")],
            Input = new InputSpec(Width: 224, Height: 224, Scale: 1f / 255),
            Output = new OutputSpec("output", Activation.Softmax),
            Sha256 = "",
        };
        await AdmitAsync(bench, manifest, SuiteData.Path("models", "mobilenetv2", file));
    }

    private static async Task AdmitAsync(AdmissionBench bench, ModelManifest manifest, string path)
    {
        // A copy: the note of a trial is written beside the file.
        var copy = Path.Combine(bench.Folder, "model.onnx");
        File.Copy(path, copy);
        await bench.AdmitAsync(manifest, copy);
        TestContext.Progress.WriteLine($"figure: {bench.Log}");
        Assert.That(bench.Trials, Is.EqualTo(1));
    }
}
