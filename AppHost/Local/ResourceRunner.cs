using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using InferenceSuite.AppHost;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

internal enum ResourceState { Waiting, Starting, Healthy, Unhealthy, Restarting, Stopped, Failed }

/// <summary>The life of one resource: wait for what it needs, start, watch, start again, stop. Nobody else touches its process.</summary>
internal sealed class ResourceRunner(ExecutableResource resource, EngineSettings settings, HealthCheckService health, Action<ResourceRunner, string> report)
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollWhileStarting = TimeSpan.FromMilliseconds(100), PollWhileHealthy = TimeSpan.FromSeconds(2);

    private readonly RestartPolicy _restarts = new();
    private readonly ResourceLog _log = new(settings.Log(resource.Name));
    private readonly HashSet<string> _checks = [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key)];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private Task _run = Task.CompletedTask;
    private ChildProcess? _child;

    public ExecutableResource Resource => resource;

    /// <summary>Whether a person wants it up; <c>suite stop</c> and <c>suite start</c> change it.</summary>
    public Wanted Wanted { get; } = new();

    public ResourceState State { get; private set; } = ResourceState.Waiting;

    public int Restarts { get; private set; }

    /// <summary>Completes when the resource is healthy for the first time; fails when it was given up before.</summary>
    public Task Ready => _ready.Task;

    public ResourceStatus Status => new(resource.Name, State.ToString(), _child?.Pid, _child?.Started, resource.Endpoints().FirstOrDefault()?.Url, Restarts);

    public void Kill() => _child?.Kill();

    /// <summary>Starts the resource once <paramref name="dependencies"/> complete, and keeps it up until <see cref="EndAsync"/>.</summary>
    public void Begin(Task dependencies) => _run = Task.Run(() => RunAsync(dependencies, _end.Token));

    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _run;
        _end.Dispose();
        _log.Dispose();
    }

    private async Task RunAsync(Task dependencies, CancellationToken stopping)
    {
        try
        {
            await dependencies.WaitAsync(stopping);
            while (true)
            {
                await WaitUntilWantedAsync(stopping);
                var failure = await TryOnceAsync(stopping);
                if (failure is not null)
                    await PauseAsync(failure, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Set(ResourceState.Stopped);
        }
        catch (ResourceFailedException) when (dependencies.IsFaulted)
        {
            // Told by the one that failed.
        }
    }

    private async Task WaitUntilWantedAsync(CancellationToken stopping)
    {
        while (!Wanted.IsUp)
        {
            Set(ResourceState.Stopped);
            await Wanted.Change.WaitAsync(stopping);
            _restarts.Reset();
        }
    }

    /// <summary>A command that can't be run or a health check that throws is a failure like another: tried again, then told.</summary>
    private async Task<Failure?> TryOnceAsync(CancellationToken stopping)
    {
        try
        {
            return await RunOnceAsync(stopping);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            return new(e.Message, WasHealthy: false, TimeSpan.Zero);
        }
    }

    /// <returns>Why it ended; null when it was asked to.</returns>
    private async Task<Failure?> RunOnceAsync(CancellationToken stopping)
    {
        var clock = Stopwatch.StartNew();
        _log.Write($"--- {resource.Name} starts, {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z");
        using var child = _child = ChildProcess.Start(Command(), StopSignal, _log.Write);
        Set(ResourceState.Starting);
        try
        {
            var wasHealthy = false;
            while (true)
            {
                var change = Wanted.Change;
                if (!Wanted.IsUp)
                {
                    await child.StopAsync(StopPatience);
                    return null;
                }

                var problem = await FindProblemAsync(stopping);
                if (child.Exited.IsCompleted)
                    return new($"it exited with code {await child.Exited}", wasHealthy, clock.Elapsed);

                if (problem is null)
                {
                    wasHealthy = true;
                    Set(ResourceState.Healthy, $"{clock.Elapsed.TotalSeconds:0.0} s");
                    _ready.TrySetResult();
                }
                else if (wasHealthy)
                {
                    Set(ResourceState.Unhealthy, problem);
                }
                else if (clock.Elapsed > settings.StartDeadline)
                {
                    await child.StopAsync(StopPatience);
                    return new($"it was not healthy within {settings.StartDeadline.TotalSeconds:0} s: {problem}", wasHealthy, clock.Elapsed);
                }

                var poll = State == ResourceState.Healthy ? PollWhileHealthy : PollWhileStarting;
                await Task.WhenAny(child.Exited, change, Task.Delay(poll, stopping));
                stopping.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await child.StopAsync(StopPatience);
            throw;
        }
        finally
        {
            child.Kill(); // what it may have left in its session
            _child = null;
        }
    }

    private async Task PauseAsync(Failure failure, CancellationToken stopping)
    {
        Restarts++;
        var change = Wanted.Change;
        if (_restarts.AfterFailure(failure.WasHealthy, failure.RanFor) is { } pause)
        {
            Set(ResourceState.Restarting, failure.Reason);
            await Task.WhenAny(change, Task.Delay(pause, stopping));
            stopping.ThrowIfCancellationRequested();
        }
        else
        {
            Set(ResourceState.Failed, failure.Reason);
            _ready.TrySetException(new ResourceFailedException(resource.Name, $"{failure.Reason} ({_restarts.Failures} attempts)", _log.Tail(), settings.Log(resource.Name)));
            await change.WaitAsync(stopping);
        }
    }

    private async Task<string?> FindProblemAsync(CancellationToken stopping)
    {
        var answer = await health.CheckHealthAsync(check => _checks.Contains(check.Name), stopping);
        return answer.Status == HealthStatus.Healthy ? null : string.Join("; ", answer.Entries.Values.Select(entry => entry.Description));
    }

    private ProcessStartInfo Command()
    {
        var command = new ProcessStartInfo(resource.Command, resource.Arguments) { WorkingDirectory = resource.WorkingDirectory };
        if (resource is ProjectResource)
            command.Environment["ASPNETCORE_URLS"] = string.Join(';', resource.Endpoints().Select(endpoint => endpoint.Url));
        foreach (var variable in resource.Annotations.OfType<EnvironmentAnnotation>())
            command.Environment[variable.Name] = variable.Value();
        return command;
    }

    private string StopSignal => resource.Annotations.OfType<StopSignalAnnotation>().FirstOrDefault()?.Signal ?? "TERM";

    private void Set(ResourceState state, string detail = "")
    {
        if (State == state)
            return;

        State = state;
        report(this, detail);
    }

    private sealed record Failure(string Reason, bool WasHealthy, TimeSpan RanFor);
}

/// <summary>A wish that can change at any time, and can be waited for: take <see cref="Change"/> before looking at <see cref="IsUp"/>.</summary>
internal sealed class Wanted
{
    private volatile bool _isUp = true;
    private volatile TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsUp => _isUp;

    public Task Change => _change.Task;

    /// <remarks>For one caller at a time.</remarks>
    public void Set(bool isUp)
    {
        if (_isUp == isUp)
            return;

        _isUp = isUp;
        var change = _change;
        _change = new(TaskCreationOptions.RunContinuationsAsynchronously);
        change.SetResult();
    }
}

internal sealed class ResourceFailedException(string resource, string reason, IReadOnlyList<string> logTail, string logPath)
    : Exception($"{resource} could not start: {reason}\nits last log lines ({logPath}):\n{string.Join('\n', logTail.Select(line => $"    {line}"))}");
