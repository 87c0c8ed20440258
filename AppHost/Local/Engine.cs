using System.Diagnostics;
using System.Runtime.InteropServices;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>Runs the resources as processes: all at once but for what waits, and down again in the opposite order.</summary>
internal sealed class Engine
{
    private readonly EngineSettings _settings;
    private readonly List<ResourceRunner> _runners;
    private readonly Dictionary<ResourceRunner, Task> _stops = [];
    private readonly RunRecord _record;
    private string _state = "Starting";

    public Engine(IReadOnlyList<ExecutableResource> resources, EngineSettings settings, IServiceProvider services)
    {
        _settings = settings;
        _record = new(settings.Record);
        var health = services.GetRequiredService<HealthCheckService>();
        _runners = [.. resources.Select(resource => new ResourceRunner(resource, settings, health, Report))];
    }

    /// <returns>The exit code: 0 after a stop that was asked for, 1 when a resource could not start.</returns>
    public async Task<int> RunAsync()
    {
        var stopAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);

        Directory.CreateDirectory(_settings.StopRequests);
        foreach (var old in Directory.EnumerateFiles(_settings.StopRequests))
            File.Delete(old);

        _record.Write(_state, []); // who can't keep it does not start
        Console.WriteLine($"engine: local processes, state in {_settings.Home}");
        var clock = Stopwatch.StartNew();
        foreach (var runner in _runners)
            runner.Begin(Task.WhenAll(Related<WaitAnnotation>(runner, wait => wait.Resource).Select(other => other.Ready)));

        var end = new TaskCompletionSource();
        var watching = WatchStopRequestsAsync(end.Task);

        var failure = await StartAsync(stopAsked.Task);
        if (failure is null && !stopAsked.Task.IsCompleted)
        {
            SetState("Healthy");
            Console.WriteLine($"healthy after {clock.Elapsed.TotalSeconds:0.0} s");
            await stopAsked.Task;
        }

        if (failure is not null)
            Console.WriteLine($"\n{failure.Message}\n");

        end.SetResult();
        await watching;
        SetState("Stopping");
        await Task.WhenAll(_runners.Select(StopAsync));
        SetState(failure is null ? "Stopped" : "Failed");
        Console.WriteLine("stopped");
        return failure is null ? 0 : 1;

        // The first signal asks for an orderly stop, the second for a quick one.
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (!stopAsked.TrySetResult())
                _runners.ForEach(runner => runner.Kill());
        }
    }

    /// <summary>Waits until everything that counts is healthy, one resource has failed, or a stop was asked for.</summary>
    private async Task<ResourceFailedException?> StartAsync(Task stopAsked)
    {
        var needed = _runners.Where(runner => !runner.Resource.Annotations.OfType<OptionalAnnotation>().Any()).Select(runner => runner.Ready).ToHashSet();
        while (needed.Count > 0)
        {
            var next = await Task.WhenAny([.. needed, stopAsked]);
            if (next == stopAsked)
                return null;
            if (next.Exception?.InnerException is ResourceFailedException failure)
                return failure;
            needed.Remove(next);
        }
        return null;
    }

    /// <summary>Stops a resource once everything that uses it has stopped.</summary>
    private Task StopAsync(ResourceRunner runner)
    {
        return _stops.TryGetValue(runner, out var stop) ? stop : _stops[runner] = StopAfterUsersAsync();

        async Task StopAfterUsersAsync()
        {
            var users = _runners.Where(other => Related<ReferenceAnnotation>(other, reference => reference.Resource).Contains(runner));
            await Task.WhenAll(users.Select(StopAsync));
            await runner.EndAsync();
        }
    }

    private IEnumerable<ResourceRunner> Related<TAnnotation>(ResourceRunner runner, Func<TAnnotation, IResource> other) =>
        runner.Resource.Annotations.OfType<TAnnotation>().Select(other).Distinct().SelectMany(o => _runners.Where(r => r.Resource == o));

    /// <summary>Keeps the wishes in step with the files that <c>suite stop</c> makes and <c>suite start</c> removes.</summary>
    private async Task WatchStopRequestsAsync(Task end)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!end.IsCompleted && await timer.WaitForNextTickAsync())
        {
            foreach (var runner in _runners)
                runner.Wanted.Set(isUp: !File.Exists(Path.Combine(_settings.StopRequests, runner.Resource.Name)));
        }
    }

    private void Report(ResourceRunner runner, string detail)
    {
        WriteRecord();
        var isNews = runner.State is not (ResourceState.Waiting or ResourceState.Starting) && _state != "Stopping";
        if (isNews)
            Console.WriteLine($"  {runner.Resource.Name,-12} {runner.State.ToString().ToLowerInvariant(),-10} {detail}");
    }

    private void SetState(string state)
    {
        _state = state;
        WriteRecord();
    }

    private void WriteRecord()
    {
        try
        {
            _record.Write(_state, _runners.Select(runner => runner.Status));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No reason for a service to end. Every later change writes the whole record again.
            Console.WriteLine($"  {_settings.Record} can't be written: {e.Message}");
        }
    }
}
