using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using TestSupport;

namespace Benchmarks.Subjects;

/// <summary>The packages that the measured suite serves: MobileNetV2 from SUITE_DATA and the report-scorer that ships.</summary>
public static class ModelFolder
{
    public const string Images = "mobilenetv2", Rows = "report-scorer";

    /// <summary>MobileNetV2's file; what its input is, see <see cref="Package"/>.</summary>
    public static string MobileNet(BenchFolders folders) => Path.Combine(folders.Data, "models", "mobilenetv2", "mobilenetv2-fp32.onnx");

    public static void Make(BenchFolders folders)
    {
        if (Directory.Exists(folders.Models))
            Directory.Delete(folders.Models, recursive: true);
        var package = Directory.CreateDirectory(Path.Combine(folders.Models, Images, "1")).FullName;
        File.Copy(MobileNet(folders), Path.Combine(package, "model.onnx"));
        File.WriteAllText(Path.Combine(package, "model.json"), Package(folders).ToJsonString());

        var rows = Directory.CreateDirectory(Path.Combine(folders.Models, Rows, "1")).FullName;
        foreach (var file in Directory.EnumerateFiles(Repository.Path("models", Rows, "1")))
            File.Copy(file, Path.Combine(rows, Path.GetFileName(file)));
    }

    private static JsonNode Package(BenchFolders folders)
    {
        var labels = File.ReadLines(Path.Combine(folders.Data, "imagenet", "labels", "imagenet_classes.txt")).Where(line => line.Length > 0).ToArray();
        return JsonSerializer.SerializeToNode(new
        {
            name = Images,
            version = "1",
            task = "image-classification",
            // Some classes share a name ("crane"); labels do not.
            labels = labels.Select((label, index) => labels.Take(index).Contains(label) ? $"{label} ({index})" : label),
            input = new
            {
                kind = "image", name = "input", width = 224, height = 224, layout = "nchw", colour = "rgb", resize = "cover-crop", shorterSide = 256,
                interpolation = "bilinear", scale = 1.0 / 255, mean = new[] { 0.485, 0.456, 0.406 }, std = new[] { 0.229, 0.224, 0.225 },
            },
            output = new { name = "output", activation = "softmax" },
            batching = new { maxBatchSize = 16, maxQueueLength = 256 },
            recording = "durable",
            licence = "Apache-2.0",
            source = "SUITE_DATA",
            sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(MobileNet(folders)))),
        })!;
    }
}
