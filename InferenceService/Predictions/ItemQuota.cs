using ServiceDefaults.Problems;
using ServiceDefaults.Quotas;

namespace InferenceService.Predictions;

/// <summary>The daily quota of items that an API key may have, taken from just before the items are queued.</summary>
public sealed class ItemQuota(QuotaLeases leases, TimeProvider time)
{
    private const long LeaseSize = 256;

    /// <summary>All of them or none. Costs nothing for a caller without such a quota.</summary>
    /// <exception cref="ProblemException">429: fewer are left. 503: nobody can say.</exception>
    public ValueTask TakeAsync(Guid? key, int items, CancellationToken cancellation) =>
        key is null || items == 0 ? ValueTask.CompletedTask : TakeAsync(key.Value, items, cancellation);

    private async ValueTask TakeAsync(Guid key, int items, CancellationToken cancellation) =>
        (await leases.TakeAsync(key, QuotaUnit.Items, items, LeaseSize, cancellation)).ThrowIfRefused(QuotaUnit.Items, time.GetUtcNow());
}
