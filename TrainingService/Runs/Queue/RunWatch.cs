using MassTransit;
using ServiceDefaults;
using ServiceDefaults.Database;

namespace TrainingService.Runs.Queue;

/// <summary>
/// Sends workers for runs that wait: new ones, those given back, and those whose worker is lost. The table is what remembers them, so
/// nothing is lost with a message, a broker or a process.
/// </summary>
internal sealed partial class RunWatch(RunLeases leases, IBus bus, DatabaseMigrator migrator, TimeProvider time, ILogger<RunWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500), SendDeadline = TimeSpan.FromSeconds(5);
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
        var due = await leases.TakeDueAsync(TakeNextRun.Lifetime, stopping);
        if (due.Count == 0)
            return;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(SendDeadline); // MassTransit would wait for a broker that is away
        try
        {
            var queue = await bus.GetSendEndpoint(new Uri($"queue:{TakeNextRun.Queue}"));
            foreach (var run in due)
                await queue.Send(new TakeNextRun(run, time.GetUtcNow()), context => context.TimeToLive = TakeNextRun.Lifetime, deadline.Token);
        }
        catch
        {
            await leases.ReturnDueAsync(due, stopping);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Nobody could be sent for the runs that wait: {Reason}")]
    private static partial void LogNotSent(ILogger logger, string reason);
}
