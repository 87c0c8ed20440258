using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults.WorkQueues;

/// <summary>This replica's workers. One that began takes work after work until none waits.</summary>
internal sealed partial class Workers<TWork>(IWorker<TWork> worker, WorkQueue<TWork> queue, IHostApplicationLifetime life, TimeProvider time, ILogger<Workers<TWork>> logger)
    : IHostedService, IDisposable where TWork : IWork
{
    private readonly SemaphoreSlim free = new(queue.Concurrency);
    private readonly ConcurrentDictionary<Task, bool> working = [];

    /// <summary>Sends a worker to the table and returns what it does until none waits; that never fails.</summary>
    /// <returns>Null: all of them are busy, or the service stops, and it stays so for as long as was waited.</returns>
    public async Task<Task?> TryBeginAsync(TimeSpan patience, CancellationToken cancellation)
    {
        if (life.ApplicationStopping.IsCancellationRequested)
        {
            await Task.Delay(patience, time, cancellation); // another replica takes the order
            return null;
        }
        if (!await free.WaitAsync(patience, cancellation))
            return null;
        var work = WorkAsync();
        working.TryAdd(work, true);
        _ = work.ContinueWith(done => working.TryRemove(done, out _), TaskScheduler.Default);
        return work;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Waits until the workers gave back what they had: they are told by the application's end.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(working.Keys).WaitAsync(cancellationToken);

    public void Dispose() => free.Dispose();

    private async Task WorkAsync()
    {
        await Task.Yield();
        try
        {
            while (!life.ApplicationStopping.IsCancellationRequested && await worker.ClaimAsync(life.ApplicationStopping) is { } work)
                await worker.WorkAsync(work, life.ApplicationStopping);
        }
        catch (OperationCanceledException) when (life.ApplicationStopping.IsCancellationRequested)
        {
            // The service stops.
        }
        catch (Exception e)
        {
            LogStopped(logger, queue.Noun, e); // what waits is in the table, and the watch sends again
        }
        finally
        {
            free.Release();
        }
    }

    [LoggerMessage(LogLevel.Warning, "A worker stops looking for the next {Noun}")]
    private static partial void LogStopped(ILogger logger, string noun, Exception reason);
}
