using MassTransit;

namespace ServiceDefaults.Messaging;

/// <summary>
/// For an event that every running instance has to see: a temporary queue per instance, gone with it.
/// What happened before the instance started it must ask for.
/// </summary>
public abstract class BroadcastConsumerDefinition<TConsumer, TEvent> : EventConsumerDefinition<TConsumer, TEvent>
    where TConsumer : class, IConsumer<TEvent>
    where TEvent : class
{
    protected BroadcastConsumerDefinition(string queue) : base($"{queue}.{Guid.NewGuid():N}") =>
        Endpoint(endpoint => endpoint.Temporary = true);
}
