using System.Collections.ObjectModel;

// The members of Aspire's application model that this AppHost uses, with Aspire's names and meaning.
namespace Aspire.Hosting.ApplicationModel;

public interface IResourceAnnotation;

public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

public interface IResource
{
    string Name { get; }

    ResourceAnnotationCollection Annotations { get; }
}

public interface IResourceBuilder<out T> where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }
}

public interface IResourceWithEnvironment : IResource;
public interface IResourceWithEndpoints : IResource;
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
public interface IResourceWithWaitSupport : IResource;

public interface IResourceWithConnectionString : IResource
{
    string? ConnectionString { get; }
}

public abstract class Resource(string name) : IResource
{
    public string Name { get; } = name;

    public ResourceAnnotationCollection Annotations { get; } = [];
}

public sealed record EndpointReference(string Url);

public sealed class ParameterResource(string name, string value) : Resource(name)
{
    public string Value { get; } = value;
}

public sealed class ConnectionStringResource(string name, Func<string?> connectionString) : Resource(name), IResourceWithConnectionString
{
    public string? ConnectionString => connectionString();
}

/// <summary>What the local engine runs: a process.</summary>
public class ExecutableResource(string name, string command, string workingDirectory, IReadOnlyList<string> arguments)
    : Resource(name), IResourceWithEnvironment, IResourceWithEndpoints, IResourceWithWaitSupport
{
    public string Command { get; } = command;

    public string WorkingDirectory { get; } = workingDirectory;

    public IReadOnlyList<string> Arguments { get; } = arguments;
}

/// <summary>A built project: <c>dotnet {output}</c> in the project's folder, where its appsettings.json is.</summary>
public sealed class ProjectResource(string name, string projectPath, string output)
    : ExecutableResource(name, "dotnet", Path.GetDirectoryName(projectPath)!, [output]), IResourceWithServiceDiscovery;

public interface IProjectMetadata
{
    string ProjectPath { get; }
}

public sealed record EndpointAnnotation(string Name, string Scheme, int Port) : IResourceAnnotation
{
    public string Url => $"{Scheme}://127.0.0.1:{Port}";
}

public sealed record EnvironmentAnnotation(string Name, Func<string?> Value) : IResourceAnnotation;
public sealed record HealthCheckAnnotation(string Key) : IResourceAnnotation;
public sealed record WaitAnnotation(IResource Resource) : IResourceAnnotation;

/// <summary>A resource talks to another: it is stopped first.</summary>
public sealed record ReferenceAnnotation(IResource Resource) : IResourceAnnotation;
