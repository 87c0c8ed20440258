using System.Diagnostics;
using InferenceSuite.AppHost;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TestSupport;

/// <summary>A private Postgres. User <c>app</c> may create databases.</summary>
public sealed class PostgresServer : ServerProcess
{
    private PostgresServer()
        : base("postgres", stopSignal: "INT")
    {
    }

    public static async Task<PostgresServer> StartNewAsync()
    {
        var server = new PostgresServer();
        await server.StartAsync();
        return server;
    }

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=app;Password={Password};Database={database}";

    private protected override void SetEnvironment(ProcessStartInfo command) => command.Environment["POSTGRES_PASSWORD"] = Password;

    private protected override Task<HealthCheckResult> CheckAsync(CancellationToken cancellation) => ServerChecks.PostgresAsync(Port, cancellation);
}
