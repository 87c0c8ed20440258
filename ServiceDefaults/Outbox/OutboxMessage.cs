using System.Diagnostics;
using System.Text.Json;
using InferenceSuite.Contracts;

namespace ServiceDefaults.Outbox;

/// <summary>A fact on its way to subscribers: one row of the <c>outbox</c> table.</summary>
/// <param name="Id">The event id; consumers recognise a repeated delivery by it.</param>
/// <param name="Subject">What the fact is about; facts of one subject arrive in the order they were written.</param>
/// <param name="TraceParent">W3C trace context of the request that caused it.</param>
public sealed record OutboxMessage(Guid Id, string Type, string Subject, string Body, string? TraceParent, DateTimeOffset Time)
{
    /// <summary>Position in the table, given by the database.</summary>
    public long Seq { get; init; }

    public static OutboxMessage From<TEvent>(TEvent fact, string subject, DateTimeOffset time) where TEvent : class => new(
        Guid.CreateVersion7(time),
        Events.TypeOf<TEvent>(),
        subject,
        JsonSerializer.Serialize(fact, EventJson.Options),
        Activity.Current?.Id,
        time);
}
