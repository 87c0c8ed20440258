using System.Diagnostics;
using Aspire.Hosting.Local;
using InferenceSuite.AppHost;
using NUnit.Framework;

namespace TestSupport;

/// <summary>A service as a process of its own, for tests that kill it or take something away from it.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60), EndDeadline = TimeSpan.FromSeconds(15);
    private readonly Queue<string> log = [];
    private readonly ChildProcess process;

    private ServiceProcess(ProcessStartInfo command) => process = ChildProcess.Start(command, stopSignal: "TERM", Keep);

    public Uri Address { get; private init; } = null!;

    /// <summary>Its last 200 lines.</summary>
    public string Log
    {
        get
        {
            lock (log)
                return string.Join(Environment.NewLine, log);
        }
    }

    /// <summary>Starts a service and waits until it is ready.</summary>
    /// <param name="before">Shell words that come before the command, such as <c>ulimit -f 100;</c>.</param>
    public static async Task<ServiceProcess> StartNewAsync(string service, IReadOnlyDictionary<string, string> settings, string before = "")
    {
        var address = new Uri($"http://127.0.0.1:{Ports.PickFree()}");
        // Beside the tests' own output, in the same configuration.
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Repository.Path("artifacts", "bin", service, configuration, $"{service}.dll");
        var command = new ProcessStartInfo("bash", ["-c", $"{before} exec dotnet \"$0\"", program]);
        foreach (var (key, value) in settings)
            command.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        command.Environment["ASPNETCORE_URLS"] = address.ToString();
        var started = new ServiceProcess(command) { Address = address };
        try
        {
            await started.WaitUntilReadyAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.Exited.WaitAsync(EndDeadline);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.Exited.IsCompleted)
            await KillAsync();
        process.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        await Eventually.SeeAsync(
            "the service is ready",
            async () =>
            {
                if (process.Exited.IsCompleted)
                    throw new AssertionException($"The service ended.{Environment.NewLine}{Log}");
                using var answer = await client.GetAsync("/health/ready");
                return (IsReady: answer.IsSuccessStatusCode, Checks: await answer.Content.ReadAsStringAsync());
            },
            health => health.IsReady, StartDeadline, () => Log);
    }

    private void Keep(string line)
    {
        lock (log)
        {
            log.Enqueue(line);
            if (log.Count > 200)
                log.Dequeue();
        }
    }
}
