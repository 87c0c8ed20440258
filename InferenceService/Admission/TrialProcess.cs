using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ServiceDefaults.Processes;

namespace InferenceService.Admission;

/// <summary>A model is tried in a process of its own, which is killed when it takes too long or too much.</summary>
internal static class TrialProcess
{
    private const int MostOutput = 64 << 10, ExitCodeOfKilled = 128 + 9;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(20);

    public static async Task<Trial> RunAsync(string manifestPath, string modelPath, TrialSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        using var process = Process.Start(OwnProcess.Command(typeof(TrialProcess).Assembly, AdmitCommand.Name, manifestPath, modelPath, JsonSerializer.Serialize(settings, Trial.Json)))!;
        var (output, errors) = (ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        try
        {
            var stopped = await WatchAsync(process, settings.Limits, time, cancellation);
            return stopped ?? Parse(await output) ?? Crashed(process.ExitCode, await errors);
        }
        finally
        {
            process.Kill(); // does nothing to one that has ended
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    // What the kernel kills first when the machine runs out of memory is this process, whoever took the memory.
    private static Trial Crashed(int exitCode, string errors) => exitCode == ExitCodeOfKilled
        ? new Trial("Its trial run was killed from outside, as by a machine that runs out of memory.", MayPass: true)
        : new Trial($"Its trial run crashed (exit code {exitCode}): {LastWords(errors)}");

    /// <summary>Null when the process ended by itself, else why it must.</summary>
    private static async Task<Trial?> WatchAsync(Process process, AdmissionOptions limits, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var timer = new PeriodicTimer(WatchInterval, time);
        while (!process.HasExited)
        {
            await timer.WaitForNextTickAsync(cancellation);
            if (time.GetElapsedTime(started) > limits.TimeLimit)
                return new Trial($"Its trial run took longer than TimeLimit allows ({limits.TimeLimit.TotalSeconds:0} s).", MayPass: true);
            if (OwnProcess.ResidentBytes(process) > limits.MemoryLimitBytes)
                return new Trial($"It needs more memory than MemoryLimitBytes allows ({limits.MemoryLimitBytes >> 20} MiB).");
        }
        return null;
    }

    /// <summary>Reads to the end, so that the process never waits, and keeps the beginning.</summary>
    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var kept = new StringBuilder();
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
            kept.Append(buffer, 0, Math.Min(count, MostOutput - kept.Length));
        return kept.ToString();
    }

    // ONNX Runtime may have written before it.
    private static Trial? Parse(string output)
    {
        try
        {
            return output.TrimEnd().Split('\n')[^1] is { Length: > 0 } line ? JsonSerializer.Deserialize<Trial>(line, Trial.Json) : null;
        }
        catch (JsonException)
        {
            return null; // it crashed while it wrote; the caller says so
        }
    }

    private static string LastWords(string errors)
    {
        var line = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "it said nothing.";
        return line.Length > 300 ? line[..300] : line;
    }
}
