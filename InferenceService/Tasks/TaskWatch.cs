using MassTransit;
using ServiceDefaults;
using ServiceDefaults.Database;

namespace InferenceService.Tasks;

/// <summary>
/// Sends workers for tasks that could run: new ones, those given back, and those whose worker is lost. The table is what
/// remembers them, so nothing is lost with a message, a broker or a process.
/// </summary>
internal sealed partial class TaskWatch(TaskLeases leases, IBus bus, DatabaseMigrator migrator, TimeProvider time, ILogger<TaskWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendAgain = TimeSpan.FromSeconds(20); // an order that nobody took by then has expired
    private static readonly TimeSpan SendDeadline = TimeSpan.FromSeconds(5);
    private readonly WakeUp signal = new();

    /// <summary>Something was committed: look now.</summary>
    public void Notify() => signal.Notify();

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await SendForDueAsync(stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogNotSent(logger, e.Message);
            }
            await signal.WaitAsync(Interval, time, stopping);
        }
    }

    private async Task SendForDueAsync(CancellationToken stopping)
    {
        var due = await leases.TakeDueAsync(SendAgain, stopping);
        if (due.Count == 0)
            return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(SendDeadline); // MassTransit would wait for a broker that is away
        try
        {
            var queue = await bus.GetSendEndpoint(new Uri($"queue:{RunNextTask.Queue}"));
            foreach (var task in due)
                await queue.Send(new RunNextTask(task), context => context.TimeToLive = SendAgain, deadline.Token);
        }
        catch
        {
            await leases.ReturnDueAsync(due, stopping);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Nobody could be sent for the tasks that wait: {Reason}")]
    private static partial void LogNotSent(ILogger logger, string reason);
}
