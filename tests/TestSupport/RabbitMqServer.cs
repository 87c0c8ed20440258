using System.Diagnostics;
using InferenceSuite.AppHost;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TestSupport;

/// <summary>A private RabbitMQ.</summary>
public sealed class RabbitMqServer : ServerProcess
{
    private readonly int _distributionPort = Ports.PickFree(), _epmdPort = Ports.PickFree();

    private RabbitMqServer()
        : base("rabbitmq", stopSignal: "TERM")
    {
    }

    public static async Task<RabbitMqServer> StartNewAsync()
    {
        var server = new RabbitMqServer();
        await server.StartAsync();
        return server;
    }

    public string ConnectionString => $"amqp://app:{Password}@127.0.0.1:{Port}";

    private protected override void SetEnvironment(ProcessStartInfo command)
    {
        command.Environment["RABBITMQ_PASSWORD"] = Password;
        command.Environment["RABBITMQ_DIST_PORT"] = $"{_distributionPort}";
        command.Environment["ERL_EPMD_PORT"] = $"{_epmdPort}";
    }

    private protected override Task<HealthCheckResult> CheckAsync(CancellationToken cancellation) => ServerChecks.RabbitMQAsync(Port, cancellation);
}
