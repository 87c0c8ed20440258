using System.Text.Json;
using InferenceSuite.Contracts;
using RabbitMQ.Client;
using ServiceDefaults.Outbox;
using TestSupport;

namespace Integration;

/// <summary>Puts an event on the public exchange as the outbox does: late, twice, or one that no service would send.</summary>
internal static class EventSender
{
    public static async Task SendAsync<TEvent>(RabbitMqServer server, TEvent fact, Guid? id = null) where TEvent : class
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(server.ConnectionString) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.ExchangeDeclareAsync(Events.Exchange, ExchangeType.Topic, durable: true);
        var properties = new BasicProperties { ContentType = "application/json", DeliveryMode = DeliveryModes.Persistent, MessageId = (id ?? Guid.CreateVersion7()).ToString() };
        await channel.BasicPublishAsync(Events.Exchange, Events.TypeOf<TEvent>(), mandatory: false, properties, JsonSerializer.SerializeToUtf8Bytes(fact, EventJson.Options));
    }
}
