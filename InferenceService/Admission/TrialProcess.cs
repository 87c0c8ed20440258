using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace InferenceService.Admission;

/// <summary>
/// This program once more, in a process of its own: a model that hangs, crashes or eats memory takes nothing else with it.
/// The process gets no secrets (a clean environment) and is killed when it takes too long or too much.
/// </summary>
internal static class TrialProcess
{
    private const int MostOutput = 64 << 10;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(20);

    // Where libraries are, and nothing of what the service was told.
    private static readonly string[] Inherited = ["PATH", "LD_LIBRARY_PATH", "DOTNET_ROOT", "SystemRoot", "TEMP", "TMPDIR"];

    public static async Task<Trial> RunAsync(string manifestPath, string modelPath, TrialSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        using var process = Process.Start(Command(manifestPath, modelPath, settings))!;
        var (output, errors) = (ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        try
        {
            var reason = await WatchAsync(process, settings.Limits, time, cancellation);
            return reason is not null ? new Trial(reason) : Parse(await output) ?? new Trial($"Its trial run crashed (exit code {process.ExitCode}): {LastWords(await errors)}");
        }
        finally
        {
            process.Kill(); // does nothing to one that has ended
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Null when the process ended by itself, else why it must.</summary>
    private static async Task<string?> WatchAsync(Process process, AdmissionOptions limits, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var timer = new PeriodicTimer(WatchInterval, time);
        while (!process.HasExited)
        {
            await timer.WaitForNextTickAsync(cancellation);
            if (time.GetElapsedTime(started) > limits.TimeLimit)
                return $"Its trial run took longer than TimeLimit allows ({limits.TimeLimit.TotalSeconds:0} s).";
            if (ResidentBytes(process) > limits.MemoryLimitBytes)
                return $"It needs more memory than MemoryLimitBytes allows ({limits.MemoryLimitBytes >> 20} MiB).";
        }
        return null;
    }

    private static long ResidentBytes(Process process)
    {
        try
        {
            process.Refresh();
            return process.HasExited ? 0 : process.WorkingSet64;
        }
        catch (InvalidOperationException) when (process.HasExited)
        {
            return 0; // it ended in between
        }
    }

    private static ProcessStartInfo Command(string manifestPath, string modelPath, TrialSettings settings)
    {
        var own = typeof(TrialProcess).Assembly;
        var runsAsItself = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == own.GetName().Name;
        var command = new ProcessStartInfo(runsAsItself ? Environment.ProcessPath! : DotnetHost())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        string[] arguments = [AdmitCommand.Name, manifestPath, modelPath, JsonSerializer.Serialize(settings, Trial.Json)];
        foreach (var argument in runsAsItself ? arguments : [own.Location, .. arguments])
            command.ArgumentList.Add(argument);

        command.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                command.Environment[name] = value;
        }
        command.Environment["DOTNET_gcServer"] = "0"; // a heap per processor is for services
        command.Environment["DOTNET_EnableDiagnostics"] = "0";
        return command;
    }

    // Of the runtime that runs this process: <root>/shared/Microsoft.NETCore.App/<version>/.
    private static string DotnetHost() => Path.GetFullPath(
        Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

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
