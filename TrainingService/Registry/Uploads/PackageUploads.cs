using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Intake;
using Microsoft.Extensions.Options;
using Onnx;
using ServiceDefaults.Problems;

namespace TrainingService.Registry.Uploads;

/// <summary>Takes packages to disk and looks at them before anything is registered. What only running the model can tell, InferenceService finds out when it is first evaluated.</summary>
internal sealed class PackageUploads(IOptions<RegistryOptions> options)
{
    private readonly UploadSlots slots = new(options.Value);

    /// <param name="read">Told what the package is; it is gone afterwards.</param>
    /// <exception cref="ProblemException">400, 413, 415, 422, 429 or 503.</exception>
    public async Task<TResult> ReadAsync<TResult>(HttpRequest request, string caller, string model, Func<ModelPackage, Task<TResult>> read, CancellationToken cancellation)
    {
        if (request.ContentLength > options.Value.MaxInputBytes)
            throw SpoolFile.TooLarge(options.Value);
        var type = InputTypes.Of(request.ContentType, null);
        if (type is not (InputType.Form or InputType.Zip))
            throw ProblemException.UnsupportedType("Content-Type", $"A package is sent as application/zip, or as multipart/form-data with {PackageFolder.Description} and {PackageFolder.Model}.");
        var giveBack = slots.Take(caller);
        using var folder = Reserve(giveBack);
        try
        {
            var description = await folder.ReadAsync(request, type, cancellation);
            var sha256 = await HashAsync(folder.File, cancellation);
            var manifest = Describe(description, model, sha256);
            Inspect(folder.File);
            return await read(new ModelPackage(manifest, folder.File));
        }
        catch (IOException e) when (SpoolFile.IsNoRoom(e))
        {
            throw SpoolFile.NoRoom(e);
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw ProblemException.Invalid("body", "The body is cut off or malformed.");
        }
    }

    private PackageFolder Reserve(Action giveBack)
    {
        try
        {
            return new PackageFolder(Directory.CreateTempSubdirectory("suite-package-"), options.Value, giveBack);
        }
        catch
        {
            giveBack();
            throw;
        }
    }

    /// <summary>What the package says of itself, with what it may leave out filled in.</summary>
    private static ModelManifest Describe(byte[] description, string model, string sha256)
    {
        JsonObject json;
        try
        {
            using var parsed = JsonDocument.Parse(description, new JsonDocumentOptions { AllowDuplicateProperties = false });
            StorableJson.Require(parsed.RootElement, PackageFolder.Description);
            json = JsonNode.Parse(description) as JsonObject ?? throw ProblemException.Unusable(PackageFolder.Description, "model.json must be a JSON object.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: a member's name has half a character
        {
            throw ProblemException.Unusable(PackageFolder.Description, $"model.json can't be read: {e.Message}");
        }
        if (json.ContainsKey("owner"))
            throw ProblemException.Unusable("owner", "Whose a model is, the suite says: leave 'owner' out.");
        if (json.ContainsKey("embedding"))
            throw ProblemException.Unusable("embedding", "What is an embedding of which model, the suite says: leave 'embedding' out.");
        json.TryAdd("name", model);
        json.TryAdd("sha256", sha256);
        var manifest = ModelManifest.Parse(JsonSerializer.SerializeToUtf8Bytes(json));
        if (manifest.Name != model)
            throw ProblemException.Unusable("name", $"model.json says the name '{manifest.Name}'; it was sent to '{model}'.");
        if (manifest.Sha256 != sha256)
            throw ProblemException.Unusable("sha256", $"model.json promises the SHA-256 {manifest.Sha256}, model.onnx has {sha256}.");
        return manifest;
    }

    private static void Inspect(FileInfo file)
    {
        try
        {
            ModelInspector.Inspect(file.FullName, new ModelLimits());
        }
        catch (ModelRefusedException e)
        {
            throw ProblemException.Unusable(PackageFolder.Model, e.Message, "model-refused");
        }
    }

    private static async Task<string> HashAsync(FileInfo file, CancellationToken cancellation)
    {
        await using var content = file.OpenRead();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
    }
}
