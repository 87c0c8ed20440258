using System.Collections.Frozen;
using ServiceDefaults.Problems;

namespace InferenceService.Models;

/// <summary>
/// The versions in memory: the live one of each model, if it has one, and others that somebody asked for by number. Read by every request
/// without a lock; changed by the registry's follower alone.
/// </summary>
public sealed class ModelHost
{
    private volatile FrozenDictionary<string, Versions> models = FrozenDictionary<string, Versions>.Empty;

    /// <summary>Every model that should serve was tried; before that, one that is not here may still come.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Models that should serve, whether they do or not.</summary>
    public IReadOnlySet<string> Wanted { get; set; } = FrozenSet<string>.Empty;

    /// <summary>Of the models that should serve those that are somebody's own: to whom.</summary>
    public IReadOnlyDictionary<string, string> Owners { get; set; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The live version of each model.</summary>
    public IEnumerable<ServedModel> Live => models.Values.Select(versions => versions.Live).OfType<ServedModel>();

    /// <summary>Every version in memory.</summary>
    public IEnumerable<ServedModel> All => models.Values.SelectMany(versions => versions.All);

    /// <summary>The live version.</summary>
    public ServedModel? Find(string model) => models.GetValueOrDefault(model)?.Live;

    /// <summary>That version, if it is in memory; null takes the live one.</summary>
    public ServedModel? Find(string model, string? version) =>
        models.GetValueOrDefault(model) is not { } versions ? null
        : version is null || versions.Live?.Manifest.Version == version ? versions.Live
        : Array.Find(versions.Beside, served => served.Manifest.Version == version);

    /// <summary>Versions of a model in memory, the live one first if there is one.</summary>
    public IReadOnlyList<ServedModel> FindAll(string model) => models.GetValueOrDefault(model) is { } versions ? [.. versions.All] : [];

    /// <summary>The only one whom the model serves; null: it serves everybody, or is not there.</summary>
    public string? OwnerOf(string model) =>
        (models.GetValueOrDefault(model) is { } versions ? (versions.Live ?? versions.Beside[0]).Manifest.Owner : null) ?? Owners.GetValueOrDefault(model);

    /// <param name="forService">Asked by the suite itself. To everybody else a model that has no live version is none.</param>
    /// <exception cref="ProblemException">404: no such model, or not in that version. 503: not yet.</exception>
    public ServedModel Get(string model, string? version, bool forService = false)
    {
        if (Find(model, version) is { } found && (forService || Find(model) is not null))
            return found;
        if (!IsComplete && Find(model) is null)
            throw ProblemException.Unavailable("not-ready", "The models are still being loaded.", TimeSpan.FromSeconds(2));
        if (Find(model) is null && Wanted.Contains(model)) // it may come back, and whoever can wait should
            throw ProblemException.Unavailable("model-unloaded", $"'{model}' is not in memory here: an admin unloaded it, or it could not be loaded.", TimeSpan.FromSeconds(30));
        throw Find(model) is { } live
            ? new ProblemException(404, "unknown-version", $"There is no version '{version}' of '{model}' to serve; version {live.Manifest.Version} is live.") { Field = "version" }
            : Unknown(model);
    }

    internal static ProblemException Unknown(string model) =>
        new(404, "unknown-model", $"There is no model '{model}'. GET /v1/models lists them.") { Field = "model" };

    /// <summary>From here on requests that name no version meet <paramref name="next"/>. What the one before has in its queue it still answers.</summary>
    /// <returns>The version that was live so far; it is not in here any more.</returns>
    public ServedModel? Replace(ServedModel next)
    {
        var versions = models.GetValueOrDefault(next.Manifest.Name);
        Set(next.Manifest.Name, new Versions(next, [.. (versions?.Beside ?? []).Where(served => served != next)]));
        return versions?.Live;
    }

    /// <summary>Puts a version beside the live one, for those who ask for it by number.</summary>
    public void AddBeside(ServedModel version)
    {
        var versions = models.GetValueOrDefault(version.Manifest.Name) ?? new Versions(null, []);
        Set(version.Manifest.Name, versions with { Beside = [.. versions.Beside, version] });
    }

    /// <summary>Takes a version out that is not the live one.</summary>
    public void RemoveBeside(ServedModel version)
    {
        if (models.GetValueOrDefault(version.Manifest.Name) is not { } versions)
            return;
        var left = versions with { Beside = [.. versions.Beside.Where(served => served != version)] };
        if (left.All.Any())
            Set(version.Manifest.Name, left);
        else
            Remove(version.Manifest.Name);
    }

    /// <summary>Takes a model out, with all its versions.</summary>
    public IReadOnlyList<ServedModel> Remove(string model)
    {
        var removed = FindAll(model);
        models = models.Where(entry => entry.Key != model).ToFrozenDictionary();
        return removed;
    }

    private void Set(string model, Versions versions) =>
        models = models.Where(entry => entry.Key != model).Append(new(model, versions)).ToFrozenDictionary();

    /// <param name="Live">Null: none is; the others are there for the suite itself.</param>
    private sealed record Versions(ServedModel? Live, ServedModel[] Beside)
    {
        public IEnumerable<ServedModel> All => Live is null ? Beside : Beside.Prepend(Live);
    }
}
