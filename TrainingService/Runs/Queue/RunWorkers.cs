using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace TrainingService.Runs.Queue;

/// <summary>This replica's workers. One that began takes run after run until none waits.</summary>
internal sealed partial class RunWorkers(IServiceScopeFactory scopes, RunTurn turn, IOptions<RunOptions> options, IHostApplicationLifetime life, TimeProvider time, ILogger<RunWorkers> logger) : IHostedService, IDisposable
{
    private readonly SemaphoreSlim free = new(options.Value.Concurrency);
    private readonly ConcurrentDictionary<Task, bool> working = [];

    /// <summary>Sends a worker to the table. False: all of them are busy, or the service stops, and it stays so for as long as was waited.</summary>
    public async Task<bool> TryBeginAsync(TimeSpan patience, CancellationToken cancellation)
    {
        if (life.ApplicationStopping.IsCancellationRequested)
        {
            await Task.Delay(patience, time, cancellation); // another replica takes the order
            return false;
        }
        if (!await free.WaitAsync(patience, cancellation))
            return false;
        var work = WorkAsync();
        working.TryAdd(work, true);
        _ = work.ContinueWith(done => working.TryRemove(done, out _), TaskScheduler.Default);
        return true;
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
            while (!life.ApplicationStopping.IsCancellationRequested && await ClaimAsync() is { } run)
                await turn.TakeAsync(run, life.ApplicationStopping);
        }
        catch (Exception e) when (!life.ApplicationStopping.IsCancellationRequested)
        {
            LogStopped(logger, e); // what waits is in the table, and the watch sends again
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
        finally
        {
            free.Release();
        }
    }

    private async Task<Run?> ClaimAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RunStates>().ClaimAsync(life.ApplicationStopping);
    }

    [LoggerMessage(LogLevel.Warning, "A worker stops looking for runs")]
    private static partial void LogStopped(ILogger logger, Exception reason);
}
