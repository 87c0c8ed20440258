using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InferenceService.Registry;

/// <summary>Ready once what should serve does, or was tried.</summary>
internal sealed class ModelsHealthCheck(RegistryFollower follower) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default) =>
        Task.FromResult(follower.HasSynced
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The registry has not said yet which models to serve."));
}
