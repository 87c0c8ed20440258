using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InferenceSuite.AppHost;

/// <summary>Whether a server takes clients, asked in the first words of its own protocol; no client library, no login. An exception means no.</summary>
internal static class ServerChecks
{
    /// <summary>A startup packet for user <c>app</c>: <c>R</c> asks for the password, so clients are let in; <c>E</c> means still starting.</summary>
    public static Task<HealthCheckResult> PostgresAsync(int port, CancellationToken cancellation)
    {
        var startup = "\0\0\0\x24\0\x03\0\0user\0app\0database\0postgres\0\0"u8.ToArray();
        return AskAsync(port, startup, expected: (byte)'R', cancellation);
    }

    /// <summary>The AMQP 0-9-1 protocol header: a method frame (0x01) answers.</summary>
    public static Task<HealthCheckResult> RabbitMQAsync(int port, CancellationToken cancellation) =>
        AskAsync(port, "AMQP\0\0\x09\x01"u8.ToArray(), expected: 1, cancellation);

    private static async Task<HealthCheckResult> AskAsync(int port, byte[] question, byte expected, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(question, cancellation);
        var answer = new byte[1];
        var read = await stream.ReadAsync(answer, cancellation);
        return read == 1 && answer[0] == expected
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("it does not take clients yet");
    }
}
