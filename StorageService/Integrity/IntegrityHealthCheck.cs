using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using ServiceDefaults.Database;

namespace StorageService.Integrity;

/// <summary>Tells how many objects are damaged. They are no reason to send nobody here: the others are whole.</summary>
internal sealed class IntegrityHealthCheck(StorageDb db, NpgsqlDataSource source, DatabaseMigrator migrator) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!migrator.Completed.IsCompletedSuccessfully)
            return HealthCheckResult.Unhealthy("The database is not migrated yet.");
        var damaged = await db.Objects.CountAsync(o => o.DamagedAt != null, cancellationToken);
        var scrub = await ScrubProgress.ReadAsync(source, cancellationToken) switch
        {
            null => "no scrub yet",
            { EndedAt: { } ended } => $"last scrub ended {ended:u}",
            { } running => $"scrub under way since {running.BeganAt:u}",
        };
        return damaged == 0 ? HealthCheckResult.Healthy($"No damaged objects; {scrub}.") : HealthCheckResult.Degraded($"{damaged} damaged objects; {scrub}.");
    }
}
