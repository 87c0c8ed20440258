using MassTransit;

namespace TrainingService.Runs.Queue;

/// <summary>
/// An order to whichever worker is free: take the run whose turn it is. Which one that is the table says, so an order may get lost, come
/// twice or come late.
/// </summary>
/// <param name="Because">The run that made somebody send it.</param>
/// <param name="SentAt">After <see cref="Lifetime"/> another was sent, if one is needed.</param>
public sealed record TakeNextRun(Guid Because, DateTimeOffset SentAt)
{
    /// <summary>The service's own queue, which all replicas share.</summary>
    public const string Queue = "training.runs";

    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);
}

/// <summary>
/// The order is done with when a worker began: RabbitMQ takes back a message that is held for half an hour, and a run may take longer.
/// Without a free worker the order goes back to the queue, for another replica.
/// </summary>
internal sealed partial class TakeNextRunConsumer(RunWorkers workers, TimeProvider time, ILogger<TakeNextRunConsumer> logger) : IConsumer<TakeNextRun>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), SendDeadline = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<TakeNextRun> context)
    {
        try
        {
            var left = context.Message.SentAt + TakeNextRun.Lifetime - time.GetUtcNow();
            if (await workers.TryBeginAsync(Patience, context.CancellationToken) || left <= Patience)
                return;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
            deadline.CancelAfter(SendDeadline);
            var queue = await context.GetSendEndpoint(new Uri($"queue:{TakeNextRun.Queue}"));
            await queue.Send(context.Message, sending => sending.TimeToLive = left, deadline.Token);
        }
        catch (Exception e)
        {
            // The run is in its table; the watch sends somebody again. A copy in an error queue would help nobody.
            LogNotTaken(logger, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "No run could be taken")]
    private static partial void LogNotTaken(ILogger logger, Exception reason);
}

internal sealed class TakeNextRunDefinition : ConsumerDefinition<TakeNextRunConsumer>
{
    public TakeNextRunDefinition() => EndpointName = TakeNextRun.Queue;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<TakeNextRunConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.ConfigureConsumeTopology = false; // only ever sent to this queue
        endpointConfigurator.PublishFaults = false;
        endpointConfigurator.PrefetchCount = 1; // the others are for the other replicas
        endpointConfigurator.ConcurrentMessageLimit = 1;
    }
}
