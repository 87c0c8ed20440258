using System.Diagnostics;
using System.Globalization;
using System.Text;
using InferenceSuite.Contracts;
using RabbitMQ.Client;
using ServiceDefaults.Http;
using ServiceDefaults.Telemetry;

namespace ServiceDefaults.Outbox;

/// <summary>
/// One channel with publisher confirms on the public exchange. Writes plain JSON with CloudEvents 1.0 attributes as headers
/// (after the CloudEvents AMQP binding) and W3C trace context.
/// </summary>
internal sealed class EventPublisher : IAsyncDisposable
{
    private readonly IChannel channel;
    private readonly string source;

    private EventPublisher(IChannel channel, string source) => (this.channel, this.source) = (channel, source);

    public static async Task<EventPublisher> OpenAsync(IConnection connection, ServiceIdentity identity, CancellationToken cancellation)
    {
        // No rate limiter: the pump's page bounds what is outstanding, and the default one stalls at its threshold.
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null),
            cancellation);
        await channel.ExchangeDeclareAsync(Events.Exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellation);
        return new EventPublisher(channel, $"/{identity.Name}");
    }

    /// <summary>Completes when the broker has confirmed. Calls are put on the wire in the order they are made.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.PublishException">The broker refused it.</exception>
    public async Task PublishAsync(OutboxMessage message, CancellationToken cancellation)
    {
        ActivityContext.TryParse(message.TraceParent, null, isRemote: true, out var cause);
        using var activity = SuiteTelemetry.Source.StartActivity($"publish {message.Type}", ActivityKind.Producer, cause);
        activity?.SetTag("messaging.system", "rabbitmq");
        activity?.SetTag("messaging.destination.name", Events.Exchange);
        activity?.SetTag("messaging.rabbitmq.destination.routing_key", message.Type);
        activity?.SetTag("messaging.message.id", message.Id);
        try
        {
            await channel.BasicPublishAsync(
                Events.Exchange, message.Type, mandatory: false, Properties(message, activity?.Id ?? message.TraceParent),
                Encoding.UTF8.GetBytes(message.Body), cancellation);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }

    private BasicProperties Properties(OutboxMessage message, string? traceParent)
    {
        var headers = new Dictionary<string, object?>
        {
            ["cloudEvents_specversion"] = "1.0",
            ["cloudEvents_id"] = message.Id.ToString(),
            ["cloudEvents_type"] = message.Type,
            ["cloudEvents_source"] = source,
            ["cloudEvents_time"] = message.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            ["cloudEvents_subject"] = message.Subject,
        };
        if (traceParent is not null)
        {
            headers["traceparent"] = traceParent;
            headers["MT-Activity-Id"] = traceParent; // where MassTransit's consumers look for it
        }
        return new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            MessageId = message.Id.ToString(),
            Timestamp = new AmqpTimestamp(message.Time.ToUnixTimeSeconds()),
            Type = message.Type,
            Headers = headers,
        };
    }

    public ValueTask DisposeAsync() => channel.DisposeAsync();
}
