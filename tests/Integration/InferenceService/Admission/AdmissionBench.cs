using System.Security.Cryptography;
using InferenceService.Admission;
using InferenceService.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using Onnx;
using TestSupport;

namespace Integration.InferenceService.Admission;

/// <summary>Admission with its real process, a folder of its own, and files from the tests.</summary>
internal sealed class AdmissionBench : IDisposable
{
    private readonly KeptLog log = new();
    private readonly LoggerFactory loggers;

    public AdmissionBench() => loggers = new LoggerFactory([log]);

    public string Folder { get; } = Repository.NewTemporaryFolder("admission");

    public string Log => log.ToString();

    /// <summary>How many models had their trial and passed it.</summary>
    public int Trials => Log.Split("Admitted ").Length - 1;

    /// <summary>Rows of two numbers, two classes.</summary>
    public static ModelManifest Rows { get; } = new()
    {
        Name = "test",
        Version = "1",
        Task = ModelTask.TabularClassification,
        Labels = ["a", "b"],
        Columns = [new ColumnSpec("first", ColumnType.Number), new ColumnSpec("second", ColumnType.Number)],
        Output = new OutputSpec("y"),
        Batching = new BatchingSpec(MaxBatchSize: 8),
        Sha256 = "",
    };

    public Task AdmitAsync(byte[] file, AdmissionOptions? limits = null, CancellationToken cancellation = default)
    {
        var path = Path.Combine(Folder, $"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, file);
        return AdmitAsync(Rows, path, limits, cancellation);
    }

    public Task AdmitAsync(ModelManifest manifest, string path, AdmissionOptions? limits = null, CancellationToken cancellation = default)
    {
        var options = Options.Create(new ModelOptions { CachePath = Folder });
        var set = Options.Create(limits ?? new AdmissionOptions());
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        return new ModelAdmission(new AdmittedModels(options, set), set, options, TimeProvider.System, loggers.CreateLogger<ModelAdmission>())
            .AdmitAsync(manifest.Sha256.Length == 0 ? manifest with { Sha256 = hash } : manifest, path, cancellation);
    }

    public async Task<string> ReasonAsync(byte[] file, AdmissionOptions? limits = null)
    {
        try
        {
            await AdmitAsync(file, limits);
        }
        catch (ModelRefusedException e)
        {
            return e.Message;
        }
        throw new AssertionException("The model was admitted.");
    }

    public void Dispose()
    {
        loggers.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
