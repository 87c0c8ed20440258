using MassTransit;
using Microsoft.Extensions.Options;

namespace InferenceService.Tasks;

/// <summary>
/// An order to whichever worker is free: take the task whose turn it is. Which one that is the table says, so an order may get
/// lost, come twice or come late, and callers take turns however many tasks each has sent.
/// </summary>
/// <param name="Because">The task that made somebody send it.</param>
public sealed record RunNextTask(Guid Because)
{
    /// <summary>The service's own queue, which all replicas share.</summary>
    public const string Queue = "inference.tasks";
}

internal sealed partial class RunNextTaskConsumer(TaskLeases leases, TaskRunner runner, TaskWatch watch, IHostApplicationLifetime life, ILogger<RunNextTaskConsumer> logger)
    : IConsumer<RunNextTask>
{
    public async Task Consume(ConsumeContext<RunNextTask> context)
    {
        try
        {
            if (await leases.ClaimAsync(life.ApplicationStopping) is not { } task)
                return;
            await runner.RunTurnAsync(task, life.ApplicationStopping);
            watch.Notify();
        }
        catch (Exception e)
        {
            // The task is in its table; the watch sends somebody again. A copy in an error queue would help nobody.
            LogNotTaken(logger, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "No task could be taken")]
    private static partial void LogNotTaken(ILogger logger, Exception reason);
}

internal sealed class RunNextTaskDefinition : ConsumerDefinition<RunNextTaskConsumer>
{
    private readonly int concurrency;

    public RunNextTaskDefinition(IOptions<TaskOptions> options)
    {
        concurrency = options.Value.Concurrency;
        EndpointName = RunNextTask.Queue;
    }

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<RunNextTaskConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.ConfigureConsumeTopology = false; // only ever sent to this queue
        endpointConfigurator.PublishFaults = false;
        endpointConfigurator.PrefetchCount = concurrency; // the others are for the other replicas
        endpointConfigurator.ConcurrentMessageLimit = concurrency;
    }
}
