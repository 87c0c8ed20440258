using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Integration.TrainingService;
using TestSupport;

namespace Integration.InferenceService;

/// <summary>Packages with the files of models that ship, under names and versions of the tests' own.</summary>
internal static class RealPackages
{
    public static void WriteScorer(this PackageFolder folder, string model, string version, Action<JsonObject>? change = null) =>
        folder.WriteShipped("report-scorer", model, version, change);

    public static void WriteMaskDetector(this PackageFolder folder, string model, string version, Action<JsonObject>? change = null) =>
        folder.WriteShipped("mask-detector", model, version, change);

    private static void WriteShipped(this PackageFolder folder, string shipped, string model, string version, Action<JsonObject>? change)
    {
        var source = Repository.Path("models", shipped, "1");
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "model.json")))!.AsObject();
        manifest["name"] = model;
        manifest["version"] = version;
        change?.Invoke(manifest);
        folder.WriteFile(model, version, "model.json", manifest.ToJsonString());
        File.Copy(Path.Combine(source, "model.onnx"), folder.FileOf(model, version, "model.onnx"));
    }

    /// <summary>In order by every sum, and no manifest that this service can follow.</summary>
    public static void WriteMisdescribed(this PackageFolder folder, string model, string version) =>
        folder.WriteScorer(model, version, manifest => manifest["output"] = new JsonObject { ["name"] = null });

    /// <summary>In order by every sum, and no model.</summary>
    public static void WriteBroken(this PackageFolder folder, string model, string version) =>
        folder.WriteScorer(model, version, RandomNumberGenerator.GetBytes(5000));

    /// <summary>With another file, whose sum is in order.</summary>
    public static void WriteScorer(this PackageFolder folder, string model, string version, byte[] file, Action<JsonObject>? change = null)
    {
        folder.WriteScorer(model, version, manifest =>
        {
            manifest["sha256"] = Convert.ToHexStringLower(SHA256.HashData(file));
            change?.Invoke(manifest);
        });
        File.WriteAllBytes(folder.FileOf(model, version, "model.onnx"), file);
    }
}
