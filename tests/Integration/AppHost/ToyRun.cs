using System.Collections.Concurrent;
using System.Diagnostics;
using NUnit.Framework;
using TestSupport;

namespace Integration.AppHost;

/// <summary>The local engine, run with toys for resources as a program of its own, so that it can be killed like one.</summary>
internal sealed class ToyRun : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ToyRun(string toys, string home, (string Name, string Value)[] settings)
    {
        Home = home;
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var start = new ProcessStartInfo("dotnet", [Repository.Path("artifacts", "bin", "ToyAppHost", configuration, "ToyAppHost.dll"), "--toys", toys])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["SUITE_HOME"] = home;
        start.Environment["SUITE_DASHBOARD_PORT"] = "off";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;

        _process = new() { StartInfo = start, EnableRaisingEvents = true };
        _process.Exited += (_, _) => _exited.TrySetResult();
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Home { get; }

    public int Pid => _process.Id;

    public string Output => string.Join(Environment.NewLine, _output);

    public static ToyRun Start(string toys, params (string Name, string Value)[] settings) => new(toys, Repository.NewTemporaryFolder("toys"), settings);

    public static async Task<ToyRun> StartHealthyAsync(string toys)
    {
        var run = Start(toys);
        await run.WaitForAsync(() => RunningResource.AppHost(run.Home).State == "Healthy", "the toys to be healthy");
        return run;
    }

    public RunningResource Find(string toy) => RunningResource.Find(Home, toy);

    public string Log(string toy) => File.ReadAllText(Path.Combine(Home, "logs", $"{toy}.log"));

    public void Kill() => _process.Kill();

    public async Task<int> ExitAsync()
    {
        await _exited.Task.WaitAsync(Deadline);
        return _process.ExitCode;
    }

    /// <summary>SIGTERM, as <c>./suite down</c> sends it.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Pid}"]);
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    public Task<(int ExitCode, string Output)> SuiteAsync(params string[] arguments) =>
        SuiteCommand.RunAsync(new Dictionary<string, string> { ["SUITE_HOME"] = Home }, Deadline, arguments);

    public async Task WaitForAsync(Func<bool> isSo, string what)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var clock = Stopwatch.StartNew();
        while (!IsSo())
        {
            if (clock.Elapsed > Deadline)
                throw new AssertionException($"Waited {Deadline.TotalSeconds} s for {what}.{Environment.NewLine}{Output}");
            await pause.WaitForNextTickAsync();
        }

        bool IsSo()
        {
            try
            {
                return isSo();
            }
            catch (IOException)
            {
                return false; // run.json is not there yet
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            Kill();
        await SuiteAsync("down");
        _process.Dispose();
        Directory.Delete(Home, recursive: true);
    }
}
