using System.Collections.Frozen;
using ServiceDefaults.Problems;

namespace InferenceService.Models;

/// <summary>The versions that serve, one per model. Read by every request without a lock; changed by the registry's follower alone.</summary>
public sealed class ModelHost
{
    private volatile FrozenDictionary<string, ServedModel> served = FrozenDictionary<string, ServedModel>.Empty;

    /// <summary>Every model that should serve was tried; before that, one that is not here may still come.</summary>
    public bool IsComplete { get; set; }

    public IReadOnlyCollection<ServedModel> All => served.Values;

    public ServedModel? Find(string model) => served.GetValueOrDefault(model);

    /// <summary>The version that serves now, held until the lease is disposed: a swap in between waits for it.</summary>
    /// <exception cref="ProblemException">404: no such model, or not in that version.</exception>
    public ModelLease Lease(string model, string? version)
    {
        while (true)
        {
            if (Get(model, version).TryLease(out var lease))
                return lease;
        }
    }

    /// <exception cref="ProblemException">404: no such model, or not in that version.</exception>
    public ServedModel Get(string model, string? version)
    {
        if (!IsComplete && Find(model) is null)
            throw ProblemException.Unavailable("not-ready", "The models are still being loaded.", TimeSpan.FromSeconds(2));
        var found = Find(model) ?? throw new ProblemException(404, "unknown-model", $"There is no model '{model}'. GET /v1/models lists them.") { Field = "model" };
        if (version is not null && version != found.Manifest.Version)
            throw new ProblemException(404, "unknown-version", $"Version '{version}' of '{model}' is not loaded; version {found.Manifest.Version} is.") { Field = "version" };
        return found;
    }

    /// <summary>From here on requests meet <paramref name="next"/>. What the one before has in its queue it still answers.</summary>
    /// <returns>The version that served so far.</returns>
    public ServedModel? Replace(ServedModel next)
    {
        var previous = Find(next.Manifest.Name);
        served = served.Where(entry => entry.Key != next.Manifest.Name).Append(new(next.Manifest.Name, next)).ToFrozenDictionary();
        return previous;
    }

    public ServedModel? Remove(string model)
    {
        var previous = Find(model);
        served = served.Where(entry => entry.Key != model).ToFrozenDictionary();
        return previous;
    }
}
