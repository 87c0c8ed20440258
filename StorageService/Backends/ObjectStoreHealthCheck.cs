using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace StorageService.Backends;

/// <summary>An object could be stored now. A good answer holds for a while: in a bucket each question costs a request.</summary>
internal sealed class ObjectStoreHealthCheck(IObjectStore store, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(10);
    private DateTimeOffset checkedAt = DateTimeOffset.MinValue;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (time.GetUtcNow() - checkedAt < GoodFor)
            return HealthCheckResult.Healthy();
        try
        {
            await store.CheckWritableAsync(cancellationToken);
            checkedAt = time.GetUtcNow();
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"The object store can't be written: {e.Message}", e);
        }
    }
}
