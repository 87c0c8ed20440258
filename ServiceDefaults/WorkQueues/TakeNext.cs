using MassTransit;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.WorkQueues;

/// <summary>
/// An order to whichever worker is free: take the work whose turn it is. Which that is the table says, so an order may get lost, come
/// twice or come late, and callers take turns however much work each has sent.
/// </summary>
/// <param name="Because">The work that made somebody send it.</param>
/// <param name="SentAt">After <see cref="WorkQueue{TWork}.OrderLifetime"/> another was sent, if one is needed.</param>
public sealed record TakeNext(Guid Because, DateTimeOffset SentAt);

/// <summary>
/// A worker that began keeps its order while it works, for <see cref="WorkQueue{TWork}.OrderKept"/> at most: so long RabbitMQ gives the next
/// to a replica that idles. Where it comes and no worker is free the order goes back to the queue, for another replica.
/// </summary>
internal sealed partial class TakeNextConsumer<TWork>(Workers<TWork> workers, WorkQueue<TWork> queue, TimeProvider time, ILogger<TakeNextConsumer<TWork>> logger)
    : IConsumer<TakeNext> where TWork : IWork
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), SendDeadline = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<TakeNext> context)
    {
        try
        {
            if (await workers.TryBeginAsync(Patience, context.CancellationToken) is { } work)
                await work.WaitAsync(queue.OrderKept, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            else if (context.Message.SentAt + queue.OrderLifetime - time.GetUtcNow() is var left && left > TimeSpan.Zero)
                await SendBackAsync(context, left);
        }
        catch (Exception e)
        {
            // The work is in its table; the watch sends somebody again. A copy in an error queue would help nobody.
            LogNotTaken(logger, queue.Noun, e);
        }
    }

    private async Task SendBackAsync(ConsumeContext<TakeNext> context, TimeSpan left)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        deadline.CancelAfter(SendDeadline);
        var endpoint = await context.GetSendEndpoint(queue.Address);
        await endpoint.Send(context.Message, sending => sending.TimeToLive = left, deadline.Token);
    }

    [LoggerMessage(LogLevel.Warning, "No {Noun} could be taken")]
    private static partial void LogNotTaken(ILogger logger, string noun, Exception reason);
}

internal sealed class TakeNextDefinition<TWork> : ConsumerDefinition<TakeNextConsumer<TWork>> where TWork : IWork
{
    private readonly int concurrency;

    public TakeNextDefinition(WorkQueue<TWork> queue)
    {
        concurrency = queue.Concurrency;
        EndpointName = queue.Name;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TakeNextConsumer<TWork>> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.ConfigureConsumeTopology = false; // only ever sent to this queue
        endpointConfigurator.PublishFaults = false;
        endpointConfigurator.PrefetchCount = concurrency; // the others are for the other replicas
        endpointConfigurator.ConcurrentMessageLimit = concurrency;
    }
}
