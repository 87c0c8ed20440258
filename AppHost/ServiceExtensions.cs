using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace InferenceSuite.AppHost;

/// <summary>What every service of the suite is given, so that Program.cs shows only the differences.</summary>
internal static class ServiceExtensions
{
    /// <summary>
    /// Adds a service. <paramref name="identity"/> is who it is to its neighbours and in telemetry, the resource's name when
    /// absent: replicas share one. A fixed <paramref name="port"/> is for the gateway only.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AddService<TProject>(
        this IDistributedApplicationBuilder builder, string name, SuiteSettings settings, string? identity = null, int? port = null)
        where TProject : IProjectMetadata, new()
    {
        var service = builder.AddProject<TProject>(name, launchProfileName: null)
            .WithHttpEndpoint(port: port)
            .WithHttpHealthCheck("/health/ready")
            .WithEnvironment("DOTNET_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithEnvironment("ServiceIdentity__Name", identity ?? name)
            .WithEnvironment("ServiceIdentity__Secret", settings.Secret("service-identity"))
            .WithEnvironment("OTEL_SERVICE_NAME", identity ?? name)
            // Six services share one machine: a heap per core for each would cost more memory than it gains.
            .WithEnvironment("DOTNET_gcServer", "0");

        // A collector of one's own takes the dashboard's place.
        return builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { } collector
            ? service.WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc")
            : service;
    }

    /// <summary>Hands on a section of the AppHost's own configuration, as far as it is set.</summary>
    public static IResourceBuilder<ProjectResource> WithConfigurationSection(this IResourceBuilder<ProjectResource> service, string section)
    {
        foreach (var (key, value) in service.ApplicationBuilder.Configuration.GetSection(section).AsEnumerable())
        {
            if (value is not null)
                service.WithEnvironment(key.Replace(":", "__", StringComparison.Ordinal), value);
        }
        return service;
    }

    public static IResourceBuilder<ProjectResource> WithReferences(
        this IResourceBuilder<ProjectResource> service, IEnumerable<IResourceBuilder<ProjectResource>> replicas) =>
        replicas.Aggregate(service, (current, replica) => current.WithReference(replica));

    /// <summary>Tells a service where others are that reference it themselves: a reference back would be a circle, in which each waits for the other's end.</summary>
    public static IResourceBuilder<ProjectResource> WithAddresses(
        this IResourceBuilder<ProjectResource> service, IEnumerable<IResourceBuilder<ProjectResource>> others) =>
        others.Aggregate(service, (current, other) => current.WithEnvironment($"services__{other.Resource.Name}__http__0", other.GetEndpoint("http")));
}
