using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Onnx;
using Onnx.Writing;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;
using TrainingService.Registry;
using TrainingService.Runs.Artifacts;

namespace TrainingService.Embeddings;

/// <summary>Makes of a backbone what is run for training, once for each version. Any number of replicas may do it together.</summary>
internal sealed class EmbeddingModels(IServiceScopeFactory scopes, ObjectFiles objects, ServiceIdentity identity)
{
    /// <param name="backbone">An image model's version.</param>
    /// <exception cref="UnsuitableBackboneException">There is nothing to cut off, or another model has the name.</exception>
    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task<EmbeddingModel> EnsureAsync(ModelVersion backbone, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope(); // not in the caller's transaction, and with nothing that it tracks
        var db = scope.ServiceProvider.GetRequiredService<TrainingDb>();
        var name = EmbeddingModel.NameFor(backbone.Model);
        if (!ModelManifest.IsName(name))
            throw new UnsuitableBackboneException($"its name is too long for '{name}', by which its features would be served");
        if (await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == name && v.Version == backbone.Version, cancellation) is { } registered)
            return EmbeddingModel.Read(registered, backbone) ?? throw NameTaken(name);

        var folder = Directory.CreateTempSubdirectory("suite-backbone-");
        try
        {
            return await RegisterAsync(scope.ServiceProvider, backbone, name, folder, cancellation);
        }
        catch (Exception e) when (e is ModelRefusedException or InvalidDataException or ArgumentException)
        {
            throw new UnsuitableBackboneException(e.Message, e);
        }
        catch (ProblemException e) when (e.Status is StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity)
        {
            throw NameTaken(name, e);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<EmbeddingModel> RegisterAsync(IServiceProvider services, ModelVersion backbone, string name, DirectoryInfo folder, CancellationToken cancellation)
    {
        var whole = new FileInfo(Path.Combine(folder.FullName, "backbone.onnx"));
        await FetchAsync(backbone, whole, cancellation);
        var (cut, output, file) = Cut(backbone, whole, new FileInfo(Path.Combine(folder.FullName, "embedding.onnx")));

        await using var content = file.OpenRead();
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
        var model = new EmbeddingModel(name, backbone.Version, cut.Tensor, cut.Width, sha256);
        var manifest = ModelManifest.Parse(JsonSerializer.SerializeToUtf8Bytes(model.ToManifest(backbone, output)));
        await services.GetRequiredService<NewModelFiles>().EnsureStoredAsync(sha256, file, cancellation);
        await services.GetRequiredService<Registrar>().RegisterAsync(new ModelPackage(manifest, file), VersionOrigin.Derived, identity.Name, cancellation);
        return model;
    }

    /// <summary>The file as it is where its author gives the features as an output, else a file that ends there.</summary>
    private static (ClassifierCut Cut, string Output, FileInfo File) Cut(ModelVersion backbone, FileInfo whole, FileInfo embedding)
    {
        using var file = whole.OpenRead();
        var outline = ModelOutline.Read(file);
        if (FeaturesOf(backbone.Manifest) is { } features)
            return (ClassifierCut.At(outline, features), features, whole);
        var cut = ClassifierCut.Find(outline);
        using var destination = embedding.Create();
        var output = cut.WriteEmbeddingModel(outline, destination);
        return (cut, output, embedding);
    }

    private async Task FetchAsync(ModelVersion backbone, FileInfo file, CancellationToken cancellation)
    {
        await using var content = await objects.OpenAsync(ModelFiles.Owner, backbone.Sha256, cancellation)
            ?? throw new UnsuitableBackboneException("its file is not in StorageService");
        await using var destination = file.Create();
        await content.CopyToAsync(destination, cancellation);
    }

    private static string? FeaturesOf(JsonElement manifest) =>
        manifest.TryGetProperty("output", out var output) && output.TryGetProperty("features", out var features) ? features.GetString() : null;

    private static UnsuitableBackboneException NameTaken(string name, Exception? inner = null) => new($"there is another model called '{name}', by which its features would be served", inner);
}

/// <summary>A model can't be a backbone; the message says why, and goes on a sentence.</summary>
internal sealed class UnsuitableBackboneException(string reason, Exception? inner = null) : Exception(reason, inner);
