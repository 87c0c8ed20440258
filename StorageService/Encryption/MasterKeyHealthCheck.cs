using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using ServiceDefaults.Database;

namespace StorageService.Encryption;

/// <summary>Every data key can be unwrapped: nobody has started the service without a master key that objects still need.</summary>
internal sealed class MasterKeyHealthCheck(NpgsqlDataSource source, MasterKeys masters, DatabaseMigrator migrator) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!migrator.Completed.IsCompletedSuccessfully)
            return HealthCheckResult.Unhealthy("The database is not migrated yet.");
        await using var query = source.CreateCommand("SELECT master_key FROM data_keys WHERE master_key <> ALL($1) LIMIT 1");
        query.Parameters.Add(new() { Value = masters.Ids.ToArray() });
        return await query.ExecuteScalarAsync(cancellationToken) is string missing
            ? HealthCheckResult.Unhealthy(new MasterKeyMissingException(missing).Message)
            : HealthCheckResult.Healthy(masters.Current is { } current ? $"New objects are encrypted; master key {current.Id}." : "New objects are not encrypted.");
    }
}
