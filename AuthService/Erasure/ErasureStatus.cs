using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServiceDefaults.Telemetry;

namespace AuthService.Erasure;

internal sealed record MissingAnswer(Guid Erasure, string Service);

/// <summary>What <see cref="ErasureWatch"/> saw last: as metrics, and as a detail of the health. An overdue erasure is no reason to take the service away.</summary>
internal sealed class ErasureStatus : IHealthCheck
{
    private volatile IReadOnlyList<MissingAnswer> overdue = [];
    private volatile int open;

    public ErasureStatus(IMeterFactory meters)
    {
        var meter = meters.Create(SuiteTelemetry.Name);
        meter.CreateObservableGauge("suite.erasures.open", () => open, "{erasure}", "Erasures that are not done yet.");
        meter.CreateObservableGauge("suite.erasures.overdue", () => overdue.DistinctBy(missing => missing.Erasure).Count(), "{erasure}", "Of these, the ones that should be.");
    }

    public void Set(int open, IReadOnlyList<MissingAnswer> overdue) => (this.open, this.overdue) = (open, overdue);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default)
    {
        var missing = overdue;
        return Task.FromResult(missing.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Erasures that are overdue: {string.Join("; ", missing.GroupBy(m => m.Erasure).Select(e => $"{e.Key} waits for {string.Join(", ", e.Select(m => m.Service))}"))}"));
    }
}
