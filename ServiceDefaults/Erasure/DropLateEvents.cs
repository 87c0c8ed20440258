using MassTransit;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.Erasure;

/// <summary>An event that the database refuses because its subject was erased came too late. It is dropped; retrying or keeping it would be wrong.</summary>
internal sealed partial class DropLateEvents(ILogger<DropLateEvents> logger) : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        try
        {
            await next.Send(context);
        }
        catch (Exception e) when (e.IsErasedSubject())
        {
            LogDropped(logger, context.MessageId);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("dropLateEvents");

    [LoggerMessage(LogLevel.Information, "Event {Event} speaks of an erased subject and is dropped")]
    private static partial void LogDropped(ILogger logger, Guid? @event);
}
