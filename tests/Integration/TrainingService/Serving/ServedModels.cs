using Integration.InferenceService;
using Integration.StorageService;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TrainingService.Registry;

namespace Integration.TrainingService.Serving;

/// <summary>TrainingService that has models run by a real InferenceService, which in turn serves what the first says.</summary>
internal sealed class ServedModels : IAsyncDisposable
{
    private readonly PackageFolder packages;

    private ServedModels(PackageFolder packages, StorageApplication storage, TrainingApplication training, InferenceApplication inference) =>
        (this.packages, Storage, Training, Inference) = (packages, storage, training, inference);

    public StorageApplication Storage { get; }

    public TrainingApplication Training { get; }

    public InferenceApplication Inference { get; }

    /// <param name="write">Packages that are live from the start.</param>
    public static async Task<ServedModels> StartNewAsync(Action<PackageFolder> write, IReadOnlyDictionary<string, string>? settings = null)
    {
        var packages = new PackageFolder();
        write(packages);
        var storage = await StorageApplication.StartNewAsync();
        var trying = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["Serving:TryCandidates"] = "true" };
        var training = await TrainingApplication.StartReadyAsync(packages, storage, settings: trying);
        var inference = await InferenceApplication.StartReadyAsync(training, storage);
        // Each has to know where the other is; the first call asks for it.
        training.Services.GetRequiredService<IConfiguration>()["services:inference-0:http:0"] = inference.Caller.BaseAddress!.ToString();
        return new ServedModels(packages, storage, training, inference);
    }

    /// <summary>A version that is registered and not live.</summary>
    public async Task RegisterAsync(Action<PackageFolder> write, string model, string version)
    {
        write(packages);
        await using var scope = Training.Services.CreateAsyncScope();
        var package = await ModelPackage.ReadAsync(new DirectoryInfo(Path.Combine(packages.Path, model, version)), CancellationToken.None);
        await scope.ServiceProvider.GetRequiredService<ModelFiles>().EnsureStoredAsync(package.Manifest.Sha256, package.File, CancellationToken.None);
        await scope.ServiceProvider.GetRequiredService<Registrar>().RegisterAsync(package, VersionOrigin.Imported, "test", CancellationToken.None);
    }

    /// <summary>Items that a model was run on since InferenceService started.</summary>
    public async Task<long> CountRunsAsync(string model)
    {
        var all = (await Inference.Caller.GetAsync("/v2/models/stats").ReadAsync())["model_stats"]!.AsArray();
        return all.Where(stat => stat!.Text("name") == model).Sum(stat => stat!["inference_count"]!.GetValue<long>());
    }

    public async ValueTask DisposeAsync()
    {
        await Inference.DisposeAsync();
        await Training.DisposeAsync();
        await Storage.DisposeAsync();
        packages.Dispose();
    }
}
