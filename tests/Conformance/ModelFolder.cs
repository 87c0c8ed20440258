using System.Security.Cryptography;
using System.Text.Json;
using TestSupport;

namespace Conformance;

/// <summary>The models that ship, and of the test data a detector of one item and two outputs, a classifier and an embedder with open batch axes.</summary>
internal static class ModelFolder
{
    public const string Detector = "face-detector", Classifier = "mobilenet", Embedder = "embedder";

    private static string? folder;

    public static IEnumerable<string> Models => Directory.EnumerateDirectories(folder!).Select(model => Path.GetFileName(model));

    public static string Create()
    {
        folder = Repository.NewTemporaryFolder("models");
        foreach (var manifest in Directory.EnumerateFiles(Repository.Path("models"), "model.json", SearchOption.AllDirectories))
        {
            var package = Path.GetDirectoryName(manifest)!;
            var copy = Directory.CreateDirectory(Path.Combine(folder, Path.GetRelativePath(Repository.Path("models"), package))).FullName;
            foreach (var file in Directory.EnumerateFiles(package))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        if (SuiteData.Find() is { } data)
        {
            Add(Detector, Path.Combine(data, "models", "face-detect", "version-RFB-320.onnx"), maxBatchSize: 1, "off");
            Add(Classifier, Path.Combine(data, "models", "mobilenetv2", "mobilenetv2-fp32.onnx"), maxBatchSize: 4, "off");
            Add(Embedder, Path.Combine(data, "models", "face-embed", "mobilefacenet-dynamic-batch.onnx"), maxBatchSize: 2, "durable");
        }
        return folder;
    }

    public static void Delete()
    {
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    private static void Add(string name, string file, int maxBatchSize, string recording)
    {
        var package = Directory.CreateDirectory(Path.Combine(folder!, name, "1")).FullName;
        File.Copy(file, Path.Combine(package, "model.onnx"));
        File.WriteAllText(Path.Combine(package, "model.json"), JsonSerializer.Serialize(new
        {
            name, version = "1", task = "tensor", batching = new { maxBatchSize }, recording,
            sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))),
        }));
    }
}
