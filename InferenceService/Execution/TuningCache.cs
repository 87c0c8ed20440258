using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace InferenceService.Execution;

/// <summary>What measured settings depend on: another model, machine, runtime or setting is measured anew.</summary>
internal sealed record TuningKey(
    string ModelSha256, string ItemShape, int BatchLimit, string Processor, int Processors, string Runtime, string Provider, int? Slots, int? IntraOpThreads, int? MaxBatchSize)
{
    public static TuningKey For(string sha256, int[]? itemShape, int batchLimit, ExecutionProvider provider, ExecutionOptions options) => new(
        sha256, string.Join(',', itemShape ?? []), batchLimit, ProcessorName(), Environment.ProcessorCount, OrtEnv.Instance().GetVersionString(),
        provider.Name, options.Slots, options.IntraOpThreads, options.MaxBatchSize);

    private static string ProcessorName()
    {
        const string cpuInfo = "/proc/cpuinfo";
        var line = File.Exists(cpuInfo) ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}

/// <summary>Measured settings, a JSON file each in the folder of the model cache, with what was measured, for whoever wonders.</summary>
/// <param name="folder">Empty: nothing is kept.</param>
internal sealed partial class TuningCache(string folder, ILogger logger)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Null when this was never measured, or the file can't be read.</summary>
    public ExecutionSettings? Find(TuningKey key)
    {
        var path = PathOf(key);
        if (folder.Length == 0 || !File.Exists(path))
            return null;
        try
        {
            var entry = JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(path), Json);
            return entry?.Key == key && entry.Chosen is { Slots: > 0, IntraOpThreads: > 0, BatchSize: > 0 } chosen
                ? new ExecutionSettings(chosen.Slots, chosen.IntraOpThreads, chosen.BatchSize, SettingsSource.Remembered)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            LogUnreadable(logger, path, e.Message);
            return null;
        }
    }

    public void Remember(TuningKey key, Measurement chosen, IReadOnlyList<Measurement> measurements)
    {
        if (folder.Length == 0)
            return;
        var path = PathOf(key);
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(partial, JsonSerializer.SerializeToUtf8Bytes(new Entry(key, chosen, measurements), Json));
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The model serves all the same; the next start measures again.
            LogNotKept(logger, path, e.Message);
        }
    }

    private string PathOf(TuningKey key)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(key, Json)))[..16];
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"tuning-{hash}.json"));
    }

    private sealed record Entry(TuningKey Key, Measurement Chosen, IReadOnlyList<Measurement> Measurements);

    [LoggerMessage(LogLevel.Warning, "{Path} can't be read, so the model is measured again: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(LogLevel.Warning, "{Path} can't be written, so the next start measures again: {Reason}")]
    private static partial void LogNotKept(ILogger logger, string path, string reason);
}
