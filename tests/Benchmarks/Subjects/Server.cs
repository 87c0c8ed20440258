using System.Diagnostics;
using Aspire.Hosting.Local;

namespace Benchmarks.Subjects;

/// <summary>A server beside the suite: a child that ends with the bench.</summary>
public sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90), StopDeadline = TimeSpan.FromSeconds(10);
    private readonly ChildProcess process;
    private readonly string name;
    private readonly List<string> log = [];

    private Server(string name, ProcessStartInfo command)
    {
        this.name = name;
        process = ChildProcess.Start(command, "TERM", line =>
        {
            lock (log)
                log.Add(line);
        });
    }

    public int Pid => process.Pid;

    /// <summary>Starts a command and waits until <paramref name="health"/> answers 2xx.</summary>
    public static async Task<Server> StartAsync(string name, ProcessStartInfo command, Uri health, CancellationToken cancellation)
    {
        var server = new Server(name, command);
        try
        {
            await server.WaitAsync(health, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>This program again, as something else.</summary>
    public static ProcessStartInfo Self(params string[] words)
    {
        var dotnet = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        return new ProcessStartInfo(Environment.ProcessPath!, dotnet ? [typeof(Server).Assembly.Location, .. words] : words);
    }

    public async ValueTask DisposeAsync()
    {
        await process.StopAsync(StopDeadline);
        process.Dispose();
    }

    private async Task WaitAsync(Uri health, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var clock = Stopwatch.StartNew();
        while (!await AnswersAsync(http, health, cancellation))
        {
            if (process.Exited.IsCompleted || clock.Elapsed > StartDeadline)
                throw new InvalidOperationException($"{name} did not start:{Environment.NewLine}{Log()}");
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri health, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync(health, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not yet
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false; // slower than two seconds
        }
    }

    private string Log()
    {
        lock (log)
            return string.Join(Environment.NewLine, log.TakeLast(40));
    }
}
