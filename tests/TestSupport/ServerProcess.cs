using System.Diagnostics;
using System.Net.Sockets;
using Aspire.Hosting.Local;
using InferenceSuite.AppHost;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NUnit.Framework;

namespace TestSupport;

/// <summary>A private server on a free port, started by the same script as the suite's own; ends with the test process.</summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly string _name;
    private readonly string _stopSignal;
    private readonly Queue<string> _log = [];
    private ChildProcess? _process;

    private protected ServerProcess(string name, string stopSignal)
    {
        _name = name;
        _stopSignal = stopSignal;
        DataFolder = Repository.NewTemporaryFolder(name);
    }

    public string DataFolder { get; }

    /// <summary>Stays the same over <see cref="StopAsync"/>, <see cref="KillAsync"/> and <see cref="StartAsync"/>, and so does the data.</summary>
    public int Port { get; } = Ports.PickFree();

    public const string Password = "for-tests-only";

    /// <summary>The last 200 lines of the server's output.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return string.Join(Environment.NewLine, _log);
        }
    }

    /// <summary>Starts the server and waits until it takes clients.</summary>
    public async Task StartAsync()
    {
        var command = new ProcessStartInfo("bash", [Script, Path.Combine(DataFolder, "data"), $"{Port}"]);
        SetEnvironment(command);
        _process = ChildProcess.Start(command, _stopSignal, Keep);

        using var timeout = new CancellationTokenSource(Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            if (_process.Exited.IsCompleted)
                throw new AssertionException($"{_name} exited with code {await _process.Exited}.{Environment.NewLine}{Log}");
            if (timeout.IsCancellationRequested)
                throw new AssertionException($"{_name} took no clients within {Deadline.TotalSeconds} s.{Environment.NewLine}{Log}");
        }
        while (!await TakesClientsAsync() && await pause.WaitForNextTickAsync());

        async Task<bool> TakesClientsAsync()
        {
            try
            {
                return (await CheckAsync(timeout.Token)).Status == HealthStatus.Healthy;
            }
            catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException)
            {
                return false;
            }
        }
    }

    /// <summary>Stops it in good order.</summary>
    public async Task StopAsync() => await RunningProcess.StopAsync(Deadline);

    /// <summary>kill -9 for it and its children.</summary>
    public async Task KillAsync()
    {
        RunningProcess.Kill();
        await RunningProcess.Exited.WaitAsync(Deadline);
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        Directory.Delete(DataFolder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Becomes the server; gets the data folder and the port.</summary>
    private protected virtual string Script => Repository.Path("AppHost", "servers", $"{_name}.sh");

    private protected abstract void SetEnvironment(ProcessStartInfo command);

    private protected abstract Task<HealthCheckResult> CheckAsync(CancellationToken cancellation);

    private ChildProcess RunningProcess => _process ?? throw new InvalidOperationException($"{_name} was not started.");

    private void Keep(string line)
    {
        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > 200)
                _log.Dequeue();
        }
    }
}
