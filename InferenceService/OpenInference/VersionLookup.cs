using InferenceService.Models;
using InferenceService.OpenInference.Repository;
using InferenceService.Registry;

namespace InferenceService.OpenInference;

/// <summary>Finds the version that a path means, and has it loaded when it names one that is not.</summary>
internal sealed class VersionLookup(ModelHost host, VersionsOnDemand versions, Residency residency)
{
    public ModelHost Host => host;

    /// <param name="forService">Asked by the suite itself: a version of a model that has none live is found too.</param>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">404: no such model or version. 503: unloaded, or not there yet.</exception>
    public async Task<ServedModel> GetAsync(string model, string? version, bool forService, CancellationToken cancellation)
    {
        residency.ThrowIfUnloaded(model);
        await versions.EnsureAsync(model, version, cancellation, forService);
        return host.Get(model, version, forService);
    }

    /// <summary>The same, held until the lease is disposed.</summary>
    public ValueTask<ModelLease> LeaseAsync(string model, string? version, bool forService, CancellationToken cancellation) => versions.LeaseAsync(model, version, cancellation, forService);
}
