using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults.Messaging;

public static class MessagingExtensions
{
    /// <summary>
    /// The connection that the outbox publishes over and, with <paramref name="consumers"/>, a MassTransit bus that consumes.
    /// A broker that is away never makes the service unready: what is written waits in the outbox.
    /// </summary>
    public static WebApplicationBuilder AddMessaging(this WebApplicationBuilder builder, Action<IBusRegistrationConfigurator>? consumers = null)
    {
        builder.AddRabbitMQClient("rabbitmq");
        if (consumers is null)
            return builder;

        var address = builder.Configuration.GetConnectionString("rabbitmq")
            ?? throw new InvalidOperationException("ConnectionStrings:rabbitmq is not configured.");
        builder.Services.AddMassTransit(bus =>
        {
            consumers(bus);
            bus.DisableUsageTelemetry(); // MassTransit would report our endpoints to its makers
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Tags.Clear();
                health.Tags.Add("bus");
                health.MinimalFailureStatus = HealthStatus.Degraded;
            });
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(new Uri(address));
                rabbit.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType | RawSerializerOptions.AddTransportHeaders, isDefault: true);
                rabbit.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
                rabbit.ConfigureEndpoints(context);
            });
        });
        return builder;
    }
}
