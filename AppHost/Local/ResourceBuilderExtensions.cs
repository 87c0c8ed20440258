using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using InferenceSuite.AppHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>The extension methods that Program.cs uses, with Aspire's signatures and the same environment variables.</summary>
public static class ResourceBuilderExtensions
{
    private static readonly HttpClient HealthClient = new();

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, value));

    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null) =>
        builder.AddResource(new ConnectionStringResource(name, () => builder.Configuration.GetConnectionString(name)));

    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[] args) =>
        builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory), args));

    /// <remarks>The local engine reads no launch profiles: <paramref name="launchProfileName"/> is always absent.</remarks>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new()
    {
        var path = Path.GetFullPath(new TProject().ProjectPath, builder.AppHostDirectory);
        return builder.AddResource(new ProjectResource(name, path, EngineSettings.BuildOutput(path)));
    }

    public static IResourceBuilder<T> WithAnnotation<T>(this IResourceBuilder<T> builder, IResourceAnnotation annotation)
        where T : IResource
    {
        builder.Resource.Annotations.Add(annotation);
        return builder;
    }

    public static IResourceBuilder<T> WithEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? scheme = null, string? name = null, bool? isProxied = null)
        where T : IResourceWithEndpoints =>
        builder.WithAnnotation(new EndpointAnnotation(name ?? scheme ?? "tcp", scheme ?? "tcp", targetPort ?? port ?? Ports.PickFree()));

    public static IResourceBuilder<T> WithHttpEndpoint<T>(this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null)
        where T : IResourceWithEndpoints =>
        builder.WithEndpoint(port, targetPort, scheme: "http", name);

    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource =>
        builder.WithAnnotation(new HealthCheckAnnotation(key));

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null)
        where T : IResourceWithEndpoints
    {
        var key = $"{builder.Resource.Name}{path}";
        var url = builder.Resource.Endpoints().First(endpoint => endpoint.Scheme == "http").Url + path;
        builder.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(key, cancellation => GetAsync(url, cancellation), timeout: TimeSpan.FromSeconds(5));
        return builder.WithHealthCheck(key);
    }

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(new EnvironmentAnnotation(name, () => value));

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(new EnvironmentAnnotation(name, () => parameter.Resource.Value));

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name)
        where T : IResourceWithEndpoints =>
        new(builder.Resource.Endpoints().Single(endpoint => endpoint.Name == name).Url);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(new EnvironmentAnnotation(name, () => endpointReference.Url));

    public static IResourceBuilder<T> WithReference<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(new EnvironmentAnnotation(
            $"ConnectionStrings__{connectionName ?? source.Resource.Name}", () => source.Resource.ConnectionString));

    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where T : IResourceWithEnvironment
    {
        foreach (var endpoint in source.Resource.Endpoints())
            builder.WithEnvironment($"services__{source.Resource.Name}__{endpoint.Name}__0", endpoint.Url);
        return builder.WithAnnotation(new ReferenceAnnotation(source.Resource));
    }

    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport =>
        builder.WithAnnotation(new WaitAnnotation(dependency.Resource)).WithAnnotation(new ReferenceAnnotation(dependency.Resource));

    internal static IEnumerable<EndpointAnnotation> Endpoints(this IResource resource) => resource.Annotations.OfType<EndpointAnnotation>();

    private static async Task<HealthCheckResult> GetAsync(string url, CancellationToken cancellation)
    {
        using var response = await HealthClient.GetAsync(new Uri(url), cancellation);
        return response.IsSuccessStatusCode
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"{url} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellation)}");
    }
}
