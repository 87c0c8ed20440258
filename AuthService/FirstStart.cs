using AuthService.SigningKeys;
using AuthService.Users;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServiceDefaults.Database;

namespace AuthService;

/// <summary>What has to exist before anybody can sign in: a signing key and, where configured, an administrator.</summary>
internal sealed partial class FirstStart(
    DatabaseMigrator migrator, SigningKeyRing keys, SigningKeyKeeper keeper, FirstAdmin admin, IServiceScopeFactory scopes, ILogger<FirstStart> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        while (true)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await admin.EnsureAsync(scope.ServiceProvider.GetRequiredService<AuthDb>(), stopping);
                await keeper.StartRingAsync(stopping);
                return;
            }
            catch (Exception e) when (e.IsDatabaseAway())
            {
                LogWaiting(logger, e.Message);
                await Task.Delay(RetryInterval, stopping);
            }
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation = default) =>
        Task.FromResult(keys.IsLoaded ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No signing key is loaded yet."));

    [LoggerMessage(LogLevel.Warning, "Waiting for the database: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
