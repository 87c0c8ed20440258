using System.Reflection;

namespace InferenceSuite.Contracts;

/// <summary>What a subscriber needs to know besides the records: where events are and what they are called.</summary>
public static class Events
{
    /// <summary>The durable topic exchange that carries every event; the routing key is the event's type.</summary>
    public const string Exchange = "inference.events";

    /// <summary>The type (and routing key) of <typeparamref name="TEvent"/>.</summary>
    public static string TypeOf<TEvent>() where TEvent : class => TypeOf(typeof(TEvent));

    /// <summary>The type (and routing key) of an event record.</summary>
    /// <exception cref="ArgumentException">The type carries no <see cref="EventTypeAttribute"/>.</exception>
    public static string TypeOf(Type eventRecord) =>
        eventRecord.GetCustomAttribute<EventTypeAttribute>()?.Name
        ?? throw new ArgumentException($"{eventRecord.Name} is not an event: it has no [EventType].", nameof(eventRecord));
}
