using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InferenceSuite.AppHost;

/// <summary>A server that services connect to.</summary>
/// <param name="Connections">Connection strings by name: a database each, or the broker's own.</param>
/// <param name="Resource">What to wait for; absent where the server is somebody else's.</param>
internal sealed record Server(
    IReadOnlyDictionary<string, IResourceBuilder<IResourceWithConnectionString>> Connections, IResourceBuilder<IResource>? Resource);

/// <summary>The choice made per server: a configured connection string, else a container, else an executable of this machine.</summary>
internal static class Infrastructure
{
    /// <summary>
    /// Configured by <c>ConnectionStrings:postgres</c> (naming no database) or by one connection string per database.
    /// Services create their database when it is missing.
    /// </summary>
    public static Server AddPostgresServer(this IDistributedApplicationBuilder builder, SuiteSettings settings, params string[] databases)
    {
        var shared = builder.Configuration.GetConnectionString("postgres");
        var configured = databases.ToDictionary(
            database => database,
            database => builder.Configuration.GetConnectionString(database) ?? (shared is null ? null : $"{shared};Database={database}"));

        return configured.Values.Any(connection => connection is null)
            ? Containers.AddPostgres(builder, settings, databases) ?? builder.AddPostgresExecutable(settings, databases)
            : new(configured.ToDictionary(c => c.Key, c => builder.AddConnection(c.Key, c.Value!)), Resource: null);
    }

    /// <summary>Configured by <c>ConnectionStrings:rabbitmq</c>.</summary>
    public static Server AddRabbitMQServer(this IDistributedApplicationBuilder builder, SuiteSettings settings) =>
        builder.Configuration.GetConnectionString("rabbitmq") is { } configured
            ? new(new Dictionary<string, IResourceBuilder<IResourceWithConnectionString>> { ["rabbitmq"] = builder.AddConnection("rabbitmq", configured) }, Resource: null)
            : Containers.AddRabbitMQ(builder, settings) ?? builder.AddRabbitMQExecutable(settings);

    /// <summary>Gives a service the server's connection string as <c>ConnectionStrings__{connection}</c>, and lets it wait for the server.</summary>
    public static IResourceBuilder<ProjectResource> Uses(this IResourceBuilder<ProjectResource> service, Server server, string connection)
    {
        service.WithReference(server.Connections[connection], connectionName: connection);
        return server.Resource is { } resource ? service.WaitFor(resource) : service;
    }

    private static Server AddPostgresExecutable(this IDistributedApplicationBuilder builder, SuiteSettings settings, string[] databases)
    {
        var port = Ports.PickFree();
        var password = settings.Secret("postgres-password");
        var server = builder.AddServerScript("postgres", settings, port, check: cancellation => ServerChecks.PostgresAsync(port, cancellation))
            .WithEnvironment("POSTGRES_PASSWORD", password)
            // A "smart" shutdown (SIGTERM) would wait for every client; SIGINT ends sessions and is as safe.
            .WithAnnotation(new StopSignalAnnotation("INT"));

        return new(databases.ToDictionary(
            database => database,
            database => builder.AddConnection(database, $"Host=127.0.0.1;Port={port};Username=app;Password={password};Database={database}")), server);
    }

    private static Server AddRabbitMQExecutable(this IDistributedApplicationBuilder builder, SuiteSettings settings)
    {
        var port = Ports.PickFree();
        var password = settings.Secret("rabbitmq-password");
        var server = builder.AddServerScript("rabbitmq", settings, port, check: cancellation => ServerChecks.RabbitMQAsync(port, cancellation))
            .WithEnvironment("RABBITMQ_PASSWORD", password)
            .WithEnvironment("RABBITMQ_DIST_PORT", Ports.PickFree().ToString(CultureInfo.InvariantCulture))
            .WithEnvironment("ERL_EPMD_PORT", Ports.PickFree().ToString(CultureInfo.InvariantCulture));

        return new(new Dictionary<string, IResourceBuilder<IResourceWithConnectionString>>
        {
            ["rabbitmq"] = builder.AddConnection("rabbitmq", $"amqp://app:{password}@127.0.0.1:{port}"),
        }, server);
    }

    /// <summary><c>servers/{name}.sh {data folder} {port}</c>, which becomes the server itself.</summary>
    private static IResourceBuilder<ExecutableResource> AddServerScript(
        this IDistributedApplicationBuilder builder, string name, SuiteSettings settings, int port, Func<CancellationToken, Task<HealthCheckResult>> check)
    {
        builder.Services.AddHealthChecks().AddAsyncCheck($"{name}-accepts", check, timeout: TimeSpan.FromSeconds(5));
        return builder.AddExecutable(name, "bash", builder.AppHostDirectory, $"servers/{name}.sh", settings.State(name), port.ToString(CultureInfo.InvariantCulture))
            .WithEndpoint(port: port, targetPort: port, scheme: "tcp", name: "tcp", isProxied: false)
            .WithHealthCheck($"{name}-accepts");
    }

    /// <summary>A connection string as a resource. Its own name ends differently because a database may be called like its service.</summary>
    private static IResourceBuilder<IResourceWithConnectionString> AddConnection(this IDistributedApplicationBuilder builder, string name, string connectionString)
    {
        builder.Configuration.AddInMemoryCollection([new($"ConnectionStrings:{name}-connection", connectionString)]);
        return builder.AddConnectionString($"{name}-connection");
    }
}
