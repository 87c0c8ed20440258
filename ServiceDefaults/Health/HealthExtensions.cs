using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ServiceDefaults.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its job now, which is what the
/// checks tagged <see cref="Ready"/> say. A neighbour or a broker that is away is no reason to be unready.
/// </summary>
public static class HealthExtensions
{
    public const string Ready = "ready";

    internal static void AddSuiteHealthChecks(this IServiceCollection services) => services.AddHealthChecks();

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
