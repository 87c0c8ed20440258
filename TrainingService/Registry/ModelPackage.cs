using System.Security.Cryptography;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>A package folder, <c>{model}/{version}/</c> with <c>model.json</c> and <c>model.onnx</c>, whose parts fit together.</summary>
internal sealed record ModelPackage(ModelManifest Manifest, FileInfo File)
{
    /// <exception cref="ProblemException">422: says what does not fit.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static async Task<ModelPackage> ReadAsync(DirectoryInfo folder, CancellationToken cancellation)
    {
        var file = new FileInfo(Path.Combine(folder.FullName, "model.onnx"));
        var description = new FileInfo(Path.Combine(folder.FullName, "model.json"));
        foreach (var needed in new[] { description, file })
        {
            if (!needed.Exists)
                throw ProblemException.Unusable("package", $"There is no {needed.Name}.");
        }

        var manifest = ModelManifest.Parse(await System.IO.File.ReadAllBytesAsync(description.FullName, cancellation));
        RefuseMismatch("name", manifest.Name, folder.Parent!.Name);
        RefuseMismatch("version", manifest.Version, folder.Name);
        await using var content = file.OpenRead();
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
        if (sha256 != manifest.Sha256)
            throw ProblemException.Unusable("sha256", $"model.json promises the SHA-256 {manifest.Sha256}, model.onnx has {sha256}.");
        return new ModelPackage(manifest, file);
    }

    private static void RefuseMismatch(string field, string promised, string folder)
    {
        if (promised != folder)
            throw ProblemException.Unusable(field, $"model.json says {field} '{promised}', its folder says '{folder}'.");
    }
}
