using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ServiceDefaults.Processes;

namespace TrainingService.Runs.Training;

/// <summary>
/// Trains in a process of its own, which makes way for requests, is killed when it is cancelled or takes too much memory, and whose crash is
/// a failed run and no failed service.
/// </summary>
internal sealed class TrainerProcess(IOptions<RunOptions> options, TimeProvider time)
{
    private const int MostWords = 4096, MostInAWord = 300;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);

    /// <param name="folder">With an order and rows; has a model and a result afterwards.</param>
    /// <exception cref="RunFailedException">It says why it can't, or crashed.</exception>
    public async Task RunAsync(RunFolder folder, Action<RunProgress> progress, CancellationToken cancellation)
    {
        using var process = Process.Start(OwnProcess.Command(typeof(TrainerProcess).Assembly, TrainCommand.Name, folder.Path))!;
        var (lines, errors) = (ListenAsync(process.StandardOutput, progress), ReadAsync(process.StandardError));
        try
        {
            await WatchAsync(process, cancellation);
            var (error, words) = (await lines, await errors);
            if (process.ExitCode != 0)
                throw new RunFailedException(error ?? TrainerErrors.Ended(process.ExitCode, LastWords(words), options.Value.MemoryLimitBytes));
        }
        finally
        {
            process.Kill(); // does nothing to one that has ended
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task WatchAsync(Process process, CancellationToken cancellation)
    {
        var ended = process.WaitForExitAsync(cancellation);
        while (await Task.WhenAny(ended, Task.Delay(WatchInterval, time, CancellationToken.None)) != ended)
        {
            if (OwnProcess.ResidentBytes(process) > options.Value.MemoryLimitBytes)
                throw new RunFailedException(TrainerErrors.OutOfMemory(options.Value.MemoryLimitBytes));
        }
        await ended;
    }

    /// <summary>Passes on what it says until it ends; returns its reason, if it gave one.</summary>
    private static async Task<RunError?> ListenAsync(StreamReader output, Action<RunProgress> progress)
    {
        RunError? error = null;
        while (await output.ReadLineAsync() is { } text)
        {
            if (Parse(text) is not { } line)
                continue;
            error = line.Error ?? error;
            if (line.Progress is { } step)
                progress(step);
        }
        return error;
    }

    // Native libraries may write in between, or it crashed while it wrote.
    private static TrainerLine? Parse(string text)
    {
        try
        {
            return text.StartsWith('{') ? JsonSerializer.Deserialize<TrainerLine>(text, TrainerOrder.Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads to the end, so that the process never waits, and keeps the beginning.</summary>
    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        while (await reader.ReadAsync(buffer) is > 0 and var count)
            kept.Append(buffer, 0, Math.Min(count, MostWords - kept.Length));
        return kept.ToString();
    }

    private static string? LastWords(string errors)
    {
        var line = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
        return line?.Length > MostInAWord ? line[..MostInAWord] : line;
    }
}
