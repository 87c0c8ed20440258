using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceDefaults.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its job now, which is what the
/// checks tagged <see cref="Ready"/> say. A neighbour or a broker that is away is no reason to be unready.
/// </summary>
public static class HealthExtensions
{
    public const string Ready = "ready";

    /// <summary>For a check that sets none of its own. Whoever asks would rather hear "unhealthy" than wait for a store that hangs.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    internal static void AddSuiteHealthChecks(this IServiceCollection services)
    {
        services.AddHealthChecks();
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
                check.Timeout = Deadline;
        });
    }

    internal static void MapSuiteHealthChecks(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(Ready),
            ResponseWriter = HealthReportWriter.WriteAsync,
        }).AllowAnonymous();
    }
}
