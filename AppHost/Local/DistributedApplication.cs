using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

public interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    string AppHostDirectory { get; }

    IHostEnvironment Environment { get; }

    IServiceCollection Services { get; }

    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    DistributedApplication Build();
}

/// <summary>The application that <c>Build</c> makes: here, a set of processes.</summary>
public sealed class DistributedApplication
{
    private readonly Engine _engine;

    internal DistributedApplication(Engine engine) => _engine = engine;

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new LocalBuilder(args);

    /// <summary>Runs until asked to stop. A resource that cannot start ends it, with exit code 1.</summary>
    public void Run() => System.Environment.ExitCode = _engine.RunAsync().GetAwaiter().GetResult();
}

internal sealed class LocalBuilder(string[] args) : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host = CreateHost(args);
    private readonly List<IResource> _resources = [];

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory => ProjectDirectory;

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    private static string ProjectDirectory { get; } =
        Assembly.GetEntryAssembly()!.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "AppHostProjectPath").Value!;

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (_resources.Any(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new InvalidOperationException($"There are two resources called '{resource.Name}'.");

        _resources.Add(resource);
        return new LocalResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build()
    {
        var settings = new EngineSettings(Configuration, AppHostDirectory);
        Services.AddHealthChecks();
        Dashboard.AddTo(this, settings, [.. _resources.OfType<ProjectResource>()]);
        return new(new Engine([.. _resources.OfType<ExecutableResource>()], settings, Services.BuildServiceProvider()));
    }

    private static HostApplicationBuilder CreateHost(string[] args)
    {
        var host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = ProjectDirectory });
        host.Logging.ClearProviders();
        return host;
    }

    private sealed record LocalResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
        where T : IResource;
}
