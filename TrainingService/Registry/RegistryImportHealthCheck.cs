using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TrainingService.Registry;

/// <summary>Before the first import is done, the registry's answer to "what should serve?" would be wrong.</summary>
internal sealed class RegistryImportHealthCheck(RegistryImport import) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(import.Finished ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The first import of models has not finished."));
}
