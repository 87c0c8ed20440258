using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace Microsoft.Extensions.Hosting;

/// <summary>The call of the package Aspire.RabbitMQ.Client, for a feed that lacks it: a lazily opened, self-recovering connection.</summary>
internal static class RabbitMQHostingExtensions
{
    public static void AddRabbitMQClient(this IHostApplicationBuilder builder, string connectionName)
    {
        var address = builder.Configuration.GetConnectionString(connectionName)
            ?? throw new InvalidOperationException($"ConnectionStrings:{connectionName} is not configured.");
        // Like the package, the factory blocks: the container can't await. A failed factory is called again next time.
        builder.Services.AddSingleton(_ => new ConnectionFactory
        {
            Uri = new Uri(address),
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            NetworkRecoveryInterval = TimeSpan.FromSeconds(2),
        }.CreateConnectionAsync().GetAwaiter().GetResult());
    }
}
