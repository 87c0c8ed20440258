using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using ServiceDefaults.Health;

namespace Unit.ServiceDefaults.Health;

public class HealthDeadlineTests
{
    [Test]
    public void A_check_that_sets_no_deadline_gets_one_and_another_keeps_its_own()
    {
        var services = new ServiceCollection();
        services.AddSuiteHealthChecks();
        services.AddHealthChecks()
            .AddCheck("patient", () => HealthCheckResult.Healthy())
            .AddCheck("hasty", () => HealthCheckResult.Healthy(), timeout: TimeSpan.FromSeconds(1));

        var checks = services.BuildServiceProvider().GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations;

        Assert.That(checks.ToDictionary(check => check.Name, check => check.Timeout.TotalSeconds), Is.EqualTo(new Dictionary<string, double>
        {
            ["patient"] = HealthExtensions.Deadline.TotalSeconds,
            ["hasty"] = 1,
        }));
    }
}
