using System.Security.Cryptography;
using System.Text.Json;
using InferenceService.Images;
using InferenceService.Models;
using Microsoft.Extensions.Options;

namespace InferenceService.Registry;

/// <summary>
/// Model files by hash and the registry's last answer, on disk: what served yesterday can serve today
/// with registry and storage away.
/// </summary>
public sealed class ModelCache(IOptions<ModelOptions> options, ObjectStoreClient objects)
{
    private const string RegistryOwner = "registry";
    private readonly string root = Directory.CreateDirectory(options.Value.CachePath).FullName;

    private string AnswerPath => Path.Combine(root, "live.json");

    /// <summary>The path of the file with that hash, fetched from StorageService unless it is there already.</summary>
    /// <exception cref="InvalidDataException">What came has another hash.</exception>
    /// <exception cref="HttpRequestException">StorageService does not answer or has no such object.</exception>
    public async Task<string> GetFileAsync(string sha256, CancellationToken cancellation)
    {
        var path = Path.Combine(root, $"{sha256}.onnx");
        // Hashed at every load, not only when it comes: a disk may have lost its end.
        if (File.Exists(path) && await HashAsync(path, cancellation) == sha256)
            return path;

        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            await using (var file = File.Create(partial))
            {
                await objects.CopyToAsync(RegistryOwner, sha256, file, cancellation);
                file.Flush(flushToDisk: true);
            }
            if (await HashAsync(partial, cancellation) != sha256)
                throw new InvalidDataException($"The object {sha256} in StorageService has another hash.");
            File.Move(partial, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
    }

    public async Task RememberAsync(LiveVersion[] live, CancellationToken cancellation)
    {
        var partial = AnswerPath + ".partial";
        await File.WriteAllBytesAsync(partial, JsonSerializer.SerializeToUtf8Bytes(live, JsonSerializerOptions.Web), cancellation);
        File.Move(partial, AnswerPath, overwrite: true);
    }

    /// <summary>Null when nothing was ever remembered.</summary>
    public async Task<LiveVersion[]?> RecallAsync(CancellationToken cancellation) =>
        File.Exists(AnswerPath)
            ? JsonSerializer.Deserialize<LiveVersion[]>(await File.ReadAllBytesAsync(AnswerPath, cancellation), JsonSerializerOptions.Web)
            : null;
}
