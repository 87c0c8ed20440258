using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using InferenceSuite.AppHost;

namespace Aspire.Hosting.Local;

/// <summary>Aspire's own dashboard, run by the aspire command from npm, and the telemetry settings that lead to it.</summary>
internal static class Dashboard
{
    private const int UsualPort = 18888;

    /// <summary>
    /// Adds the dashboard on <c>SUITE_DASHBOARD_PORT</c> (18888, or a free port where that is taken; <c>off</c> for none) and
    /// sends every project's telemetry there. With <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> set, that collector takes its place.
    /// </summary>
    public static void AddTo(IDistributedApplicationBuilder builder, EngineSettings settings, IEnumerable<ProjectResource> projects)
    {
        var wanted = builder.Configuration["SUITE_DASHBOARD_PORT"];
        if (wanted == "off" || builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
            return;

        if (Command(settings.Repository) is not { } command)
        {
            Console.WriteLine("no dashboard: there is no aspire command for this system in node_modules");
            return;
        }

        var port = wanted is not null ? int.Parse(wanted) : Ports.IsFree(UsualPort) ? UsualPort : Ports.PickFree();
        var grpc = $"http://127.0.0.1:{Ports.PickFree()}";
        var dashboard = builder
            .AddExecutable("dashboard", command, settings.Repository, "dashboard", "run", "--non-interactive", "--nologo", "--allow-anonymous",
                "--frontend-url", $"http://127.0.0.1:{port}", "--otlp-grpc-url", grpc, "--otlp-http-url", $"http://127.0.0.1:{Ports.PickFree()}")
            .WithEnvironment("ASPIRE_CLI_TELEMETRY_OPTOUT", "true")
            .WithEnvironment("NO_COLOR", "1")
            .WithHttpEndpoint(port)
            .WithHttpHealthCheck("/health")
            .WithAnnotation(new OptionalAnnotation());

        foreach (var project in projects)
            SendTelemetry(project, grpc, dashboard.Resource);
    }

    /// <summary>What Aspire sets in development, but metrics every 5 seconds: once a second is felt on two cores.</summary>
    private static void SendTelemetry(ProjectResource project, string endpoint, IResource dashboard)
    {
        (string Name, string Value)[] variables =
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_SERVICE_NAME", project.Name),
            ("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={project.Name}"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
            ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
            ("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based"),
            ("OTEL_TRACES_SAMPLER", "always_on"),
        ];
        // In front: what the program sets itself has the last word.
        foreach (var (name, value) in variables)
            project.Annotations.Insert(0, new EnvironmentAnnotation(name, () => value));
        // Stopped before the dashboard, so that the last spans arrive.
        project.Annotations.Add(new ReferenceAnnotation(dashboard));
    }

    private static string? Command(string repository)
    {
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var package = $"aspire-cli-{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        var command = Path.Combine(repository, "node_modules", "@microsoft", package, "bin", "aspire");
        return File.Exists(command) ? command : null;
    }
}

/// <summary>The suite is healthy without it.</summary>
internal sealed record OptionalAnnotation : IResourceAnnotation;
