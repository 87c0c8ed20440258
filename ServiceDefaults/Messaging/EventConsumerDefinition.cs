using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;

namespace ServiceDefaults.Messaging;

/// <summary>
/// How one consumer gets one kind of event: a durable queue of its own bound to the public exchange, a few
/// retries with growing pauses, then <c>{queue}_error</c>; without end while the database is away. Put the definition beside its consumer.
/// </summary>
public abstract class EventConsumerDefinition<TConsumer, TEvent> : ConsumerDefinition<TConsumer>
    where TConsumer : class, IConsumer<TEvent>
    where TEvent : class
{
    /// <param name="queue">Starts with the service's name: <c>feedback.observations</c>. Two services with the same queue would compete.</param>
    protected EventConsumerDefinition(string queue) => EndpointName = queue;

    private const int Retries = 6;

    /// <summary>At most this many deliveries are worked on at once.</summary>
    protected virtual int Concurrency => 16;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.ConfigureConsumeTopology = false; // the public exchange is the topology, not one exchange per type
        endpointConfigurator.PublishFaults = false;            // the error queue is where failures are looked for
        endpointConfigurator.PrefetchCount = Concurrency * 2;
        endpointConfigurator.ConcurrentMessageLimit = Concurrency;
        // While the consumer's own database is away nothing is wrong with the event: it waits here, unacknowledged, however long
        // that lasts. Nobody looks into an error queue after an outage. Any other failure may be the event's own and has an end.
        endpointConfigurator.UseMessageRetry(retry => GrowingPauses(retry, int.MaxValue).Handle<Exception>(PostgresErrors.IsDatabaseAway));
        endpointConfigurator.UseMessageRetry(retry => GrowingPauses(retry, Retries).Ignore<Exception>(PostgresErrors.IsDatabaseAway));
        endpointConfigurator.UseFilter(ActivatorUtilities.CreateInstance<DropLateEvents>(context));
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

    private static IRetryConfigurator GrowingPauses(IRetryConfigurator retry, int limit) => retry.Exponential(
        limit, minInterval: TimeSpan.FromMilliseconds(200), maxInterval: TimeSpan.FromSeconds(15), intervalDelta: TimeSpan.FromMilliseconds(400));
}
