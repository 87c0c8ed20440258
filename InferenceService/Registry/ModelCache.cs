using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Notes that this version loaded here, in case a later one does not.</summary>
    public Task RememberWorkingAsync(LiveVersion version, CancellationToken cancellation) =>
        WriteAsync(WorkingPath(version.Model), version, cancellation);

    /// <summary>The version of a model that loaded here last; null when none ever did.</summary>
    public Task<LiveVersion?> RecallWorkingAsync(string model, CancellationToken cancellation) =>
        ReadAsync<LiveVersion>(WorkingPath(model), cancellation);

    public Task RememberAsync(LiveVersion[] live, CancellationToken cancellation) => WriteAsync(AnswerPath, live, cancellation);

    /// <summary>Null when nothing was ever remembered.</summary>
    public Task<LiveVersion[]?> RecallAsync(CancellationToken cancellation) => ReadAsync<LiveVersion[]>(AnswerPath, cancellation);

    /// <summary>Deletes the files of versions that are neither listed, nor in memory, nor the last that worked of a listed model: of a model that was taken down nothing stays. Not while one is loaded.</summary>
    public async Task RemoveUnneededAsync(IReadOnlyCollection<LiveVersion> listed, IEnumerable<string> inMemory, CancellationToken cancellation)
    {
        var needed = listed.Select(version => version.Sha256).Concat(inMemory).ToHashSet();
        var models = listed.Select(version => version.Model).Distinct().ToDictionary(WorkingPath);
        foreach (var working in Directory.EnumerateFiles(root, "working-*.json").ToArray())
        {
            if (!models.TryGetValue(working, out var model))
                File.Delete(working);
            else if (await RecallWorkingAsync(model, cancellation) is { } version)
                needed.Add(version.Sha256);
        }
        foreach (var file in Directory.EnumerateFiles(root, "*.onnx").Where(file => !needed.Contains(Path.GetFileNameWithoutExtension(file))).ToArray())
            File.Delete(file);
    }

    // Hashed: a model's name need not be a file's.
    private string WorkingPath(string model) => Path.Combine(root, $"working-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(model)))[..16]}.json");

    private static async Task WriteAsync<T>(string path, T value, CancellationToken cancellation)
    {
        var partial = path + ".partial";
        await File.WriteAllBytesAsync(partial, JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web), cancellation);
        File.Move(partial, path, overwrite: true);
    }

    private static async Task<T?> ReadAsync<T>(string path, CancellationToken cancellation) where T : class =>
        File.Exists(path) ? JsonSerializer.Deserialize<T>(await File.ReadAllBytesAsync(path, cancellation), JsonSerializerOptions.Web) : null;
}
