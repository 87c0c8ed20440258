using System.Collections.Concurrent;
using InferenceService.Models;

namespace InferenceService.OpenInference.Statistics;

/// <summary>What every version did since this process started, those that serve no more included.</summary>
public sealed class ServingStatistics
{
    private readonly ConcurrentDictionary<(string Model, string Version), VersionStatistics> versions = [];

    internal VersionStatistics Of(ModelManifest manifest) =>
        versions.GetOrAdd((manifest.Name, manifest.Version), key => new VersionStatistics(key.Model, key.Version, manifest.Owner));

    /// <param name="model">Null: of all.</param>
    /// <param name="version">Null: of all.</param>
    /// <param name="visible">By name and owner, if the model is private.</param>
    internal IReadOnlyList<ModelStat> Snapshot(string? model, string? version, Func<string, string?, bool> visible) =>
    [
        .. versions
            .Where(entry => (model is null || entry.Key.Model == model) && (version is null || entry.Key.Version == version) && visible(entry.Key.Model, entry.Value.Owner))
            .OrderBy(entry => entry.Key)
            .Select(entry => entry.Value.Snapshot()),
    ];
}
