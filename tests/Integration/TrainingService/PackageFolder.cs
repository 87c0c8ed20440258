using System.Security.Cryptography;
using System.Text.Json.Nodes;
using TestSupport;

namespace Integration.TrainingService;

/// <summary>A folder of model packages as <c>models/</c> is one. The model files are no models: the registry does not look inside.</summary>
internal sealed class PackageFolder : IDisposable
{
    public string Path { get; } = Repository.NewTemporaryFolder("models");

    /// <summary>A name that no other test uses.</summary>
    public static string NewModelName() => $"model-{Guid.NewGuid():N}";

    /// <summary>Writes a package that is in order but for what <paramref name="spoil"/> does to its manifest. Returns the file's hash.</summary>
    public string Write(string model, string version, Action<JsonObject>? spoil = null)
    {
        var content = RandomNumberGenerator.GetBytes(20_000);
        var manifest = new JsonObject
        {
            ["name"] = model,
            ["version"] = version,
            ["task"] = "image-classification",
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content)),
            ["metrics"] = new JsonObject { ["accuracy"] = 0.95 },
        };
        spoil?.Invoke(manifest);
        WriteFile(model, version, "model.json", manifest.ToJsonString());
        File.WriteAllBytes(FileOf(model, version, "model.onnx"), content);
        return manifest["sha256"]?.GetValue<string>() ?? "";
    }

    public void WriteFile(string model, string version, string file, string content)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, model, version));
        File.WriteAllText(FileOf(model, version, file), content);
    }

    public string FileOf(string model, string version, string file) => System.IO.Path.Combine(Path, model, version, file);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
