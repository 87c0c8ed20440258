using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Integration.TrainingService;
using TestSupport;

namespace Integration.InferenceService;

/// <summary>Packages with the model file of report-scorer, which ships, under names and versions of the tests' own.</summary>
internal static class RealPackages
{
    private static readonly string Shipped = Repository.Path("models", "report-scorer", "1");

    public static void WriteScorer(this PackageFolder folder, string model, string version, Action<JsonObject>? change = null)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(Shipped, "model.json")))!.AsObject();
        manifest["name"] = model;
        manifest["version"] = version;
        change?.Invoke(manifest);
        folder.WriteFile(model, version, "model.json", manifest.ToJsonString());
        File.Copy(Path.Combine(Shipped, "model.onnx"), folder.FileOf(model, version, "model.onnx"));
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
