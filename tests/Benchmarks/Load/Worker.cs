using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Benchmarks.Load;

/// <summary>This program again, in a process of its own so that what it costs can be told apart: a plan per line in, a report per line out.</summary>
public sealed class Worker<TPlan> : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process process;

    /// <param name="role">The first word of its command line.</param>
    public Worker(string role)
    {
        var command = Subjects.Server.Self(role);
        command.RedirectStandardInput = command.RedirectStandardOutput = true;
        process = Process.Start(command)!;
    }

    public int Pid => process.Id;

    /// <param name="seconds">How long the plan takes by itself.</param>
    /// <exception cref="InvalidOperationException">The process ended.</exception>
    /// <exception cref="TimeoutException">It did not come back long after the plan's time.</exception>
    public async Task<LoadReport> RunAsync(TPlan plan, double seconds, CancellationToken cancellation)
    {
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(plan));
        await process.StandardInput.FlushAsync(cancellation);
        var line = await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(seconds) + Patience, cancellation);
        return JsonSerializer.Deserialize<LoadReport>(line ?? throw new InvalidOperationException("A process of the bench ended; its reason stands above."))!;
    }

    public void Dispose()
    {
        process.StandardInput.Close(); // its sign to end
        if (!process.WaitForExit(2000))
            process.Kill();
        process.Dispose();
    }
}

public static class WorkerProcess
{
    public static int Serve<TPlan>(Func<TPlan, LoadReport> execute)
    {
        // Ctrl+C in the terminal reaches every process; this one ends when the bench closes its input.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        while (Console.In.ReadLine() is { } line)
            Console.Out.WriteLine(JsonSerializer.Serialize(execute(JsonSerializer.Deserialize<TPlan>(line)!)));
        return 0;
    }
}
