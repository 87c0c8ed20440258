using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using InferenceSuite.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using TestSupport;

namespace Integration;

/// <summary>A subscriber as anybody could write one: a queue of its own on the public exchange, plain AMQP and JSON.</summary>
internal sealed class EventSubscriber : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedEvent> received = new();
    private readonly IConnection connection;
    private readonly IChannel channel;

    private EventSubscriber(IConnection connection, IChannel channel) => (this.connection, this.channel) = (connection, channel);

    public static async Task<EventSubscriber> SubscribeAsync(RabbitMqServer server, string routingKey) =>
        await ConsumeAsync(server, await DeclareQueueAsync(server, routingKey));

    /// <summary>A durable queue, so that it outlives the broker's restart. Returns its name.</summary>
    public static async Task<string> DeclareQueueAsync(RabbitMqServer server, string routingKey)
    {
        await using var connection = await ConnectAsync(server);
        await using var channel = await connection.CreateChannelAsync();
        var queue = $"test-{Guid.NewGuid():N}";
        await channel.ExchangeDeclareAsync(Events.Exchange, ExchangeType.Topic, durable: true);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync(queue, Events.Exchange, routingKey);
        return queue;
    }

    public static async Task<EventSubscriber> ConsumeAsync(RabbitMqServer server, string queue)
    {
        var connection = await ConnectAsync(server);
        var channel = await connection.CreateChannelAsync();
        var subscriber = new EventSubscriber(connection, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            subscriber.received.Enqueue(ReceivedEvent.From(delivery));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return subscriber;
    }

    /// <summary>The events about a subject so far, in the order of their arrival.</summary>
    public IReadOnlyList<ReceivedEvent> About(string subject) => [.. received.Where(e => e.Subject == subject)];

    /// <summary>Waits until there are that many about the subject.</summary>
    public async Task<IReadOnlyList<ReceivedEvent>> WaitForAsync(string subject, int count, Func<string> log)
    {
        await Eventually.IsTrueAsync(
            () => Task.FromResult(About(subject).Count >= count),
            $"{count} events about {subject}",
            () => $"Received: {string.Join(", ", received)}{Environment.NewLine}{log()}");
        return About(subject);
    }

    private static Task<IConnection> ConnectAsync(RabbitMqServer server) =>
        new ConnectionFactory { Uri = new Uri(server.ConnectionString), NetworkRecoveryInterval = TimeSpan.FromMilliseconds(500) }.CreateConnectionAsync();

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}

/// <param name="Headers">As text.</param>
internal sealed record ReceivedEvent(string? MessageId, string? ContentType, bool Persistent, string RoutingKey, IReadOnlyDictionary<string, string?> Headers, JsonElement Body)
{
    public string? Subject => Headers.GetValueOrDefault("cloudEvents_subject");

    public static ReceivedEvent From(BasicDeliverEventArgs delivery) => new(
        delivery.BasicProperties.MessageId,
        delivery.BasicProperties.ContentType,
        delivery.BasicProperties.Persistent,
        delivery.RoutingKey,
        (delivery.BasicProperties.Headers ?? new Dictionary<string, object?>()).ToDictionary(
            header => header.Key, header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value?.ToString()),
        JsonElement.Parse(delivery.Body.Span));
}
