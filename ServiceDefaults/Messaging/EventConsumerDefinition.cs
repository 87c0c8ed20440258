using InferenceSuite.Contracts;
using MassTransit;
using RabbitMQ.Client;

namespace ServiceDefaults.Messaging;

/// <summary>
/// How one consumer gets one kind of event: a durable queue of its own bound to the public exchange, a few
/// retries with growing pauses, then <c>{queue}_error</c>. Put the definition beside its consumer.
/// </summary>
public abstract class EventConsumerDefinition<TConsumer, TEvent> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer<TEvent>
    where TEvent : class
{
    /// <param name="queue">Starts with the service's name: <c>feedback.observations</c>. Two services with the same queue would compete.</param>
    protected EventConsumerDefinition(string queue) => EndpointName = queue;

    /// <summary>At most this many deliveries are worked on at once.</summary>
    protected virtual int Concurrency => 16;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.ConfigureConsumeTopology = false; // the public exchange is the topology, not one exchange per type
        endpointConfigurator.PublishFaults = false;            // the error queue is where failures are looked for
        endpointConfigurator.PrefetchCount = Concurrency * 2;
        endpointConfigurator.ConcurrentMessageLimit = Concurrency;
        endpointConfigurator.UseMessageRetry(retry => retry.Exponential(
            retryLimit: 6, minInterval: TimeSpan.FromMilliseconds(200), maxInterval: TimeSpan.FromSeconds(15), intervalDelta: TimeSpan.FromMilliseconds(400)));
        if (endpointConfigurator is IRabbitMqReceiveEndpointConfigurator rabbit)
        {
            rabbit.Bind(Events.Exchange, bind =>
            {
                bind.ExchangeType = ExchangeType.Topic;
                bind.Durable = true;
                bind.RoutingKey = Events.TypeOf<TEvent>();
            });
        }
    }
}
