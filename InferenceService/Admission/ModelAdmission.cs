using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using InferenceService.Models;
using Microsoft.Extensions.Options;
using Onnx;

namespace InferenceService.Admission;

/// <summary>Decides whether a model may be loaded into this process. See docs/models.md, "Admission".</summary>
public sealed partial class ModelAdmission(
    AdmittedModels admitted, IOptions<AdmissionOptions> limits, IOptions<ModelOptions> options, TimeProvider time, ILogger<ModelAdmission> logger)
{
    private const int MostReason = 1000;

    /// <summary>Returns when the model may be loaded: at once if it was admitted before under the same conditions.</summary>
    /// <exception cref="ModelRefusedException">It may not; the message says why.</exception>
    public async Task AdmitAsync(ModelManifest manifest, string path, CancellationToken cancellation)
    {
        await CheckHashAsync(manifest.Sha256, path, cancellation);
        var manifestJson = JsonSerializer.Serialize(WhatMatters(manifest), ModelManifest.Json);
        if (admitted.Find(manifestJson, manifest.Sha256) is not null)
            return;

        var started = Stopwatch.GetTimestamp();
        var trial = await TryAsync(manifestJson, path, cancellation);
        if (trial is not { Reason: null, Facts: { } facts })
            throw new ModelRefusedException(OneLine(trial.Reason ?? "Its trial run did not say how it ended.")) { MayPass = trial.MayPass };
        Remember(manifestJson, manifest.Sha256, trial);
        LogAdmitted(logger, manifest.Name, manifest.Version, Stopwatch.GetElapsedTime(started).TotalMilliseconds, facts.Nodes, trial.BatchSize, trial.BatchMs);
    }

    private void Remember(string manifestJson, string sha256, Trial trial)
    {
        try
        {
            admitted.Remember(manifestJson, sha256, trial);
        }
        catch (IOException e)
        {
            LogNotRemembered(logger, e.Message); // a full disk is not the model's fault; the next start tries it again
        }
    }

    private async Task<Trial> TryAsync(string manifestJson, string path, CancellationToken cancellation)
    {
        var manifestPath = Path.Combine(Path.GetDirectoryName(path)!, $"{Guid.NewGuid():N}.model.json");
        try
        {
            await File.WriteAllTextAsync(manifestPath, manifestJson, cancellation);
            var settings = new TrialSettings(limits.Value, options.Value.Execution.IntraOpThreads ?? Environment.ProcessorCount);
            return await TrialProcess.RunAsync(manifestPath, path, settings, time, cancellation);
        }
        finally
        {
            File.Delete(manifestPath);
        }
    }

    // The same file under another name or version needs no trial of its own.
    private static ModelManifest WhatMatters(ModelManifest manifest) => manifest with
    {
        Name = "",
        Version = "",
        Description = null,
        Licence = null,
        Source = null,
        Metrics = new Dictionary<string, double>(),
    };

    // ONNX Runtime's messages quote the model.
    private static string OneLine(string reason) => string.Concat(reason.Take(MostReason).Select(c => char.IsControl(c) ? ' ' : c)).Trim();

    private static async Task CheckHashAsync(string expected, string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        if (found != expected)
            throw new ModelRefusedException($"The file's SHA-256 is {found}; model.json says {expected}.");
    }

    [LoggerMessage(LogLevel.Warning, "An admission can't be remembered: {Reason}")]
    private static partial void LogNotRemembered(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Admitted {Model} version {Version} after a trial of {TrialMs:0} ms: {Nodes} nodes, a batch of {BatchSize} in {BatchMs:0} ms")]
    private static partial void LogAdmitted(ILogger logger, string model, string version, double trialMs, int nodes, int batchSize, double batchMs);
}
