using System.Diagnostics;
using System.Text;
using NUnit.Framework;

namespace TestSupport;

/// <summary>Runs <c>./suite</c> as a person would, on the state folder of a test.</summary>
public static class SuiteCommand
{
    /// <returns>Exit code, and standard output and error as they came.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyDictionary<string, string> environment, TimeSpan deadline, params string[] arguments)
    {
        var command = new ProcessStartInfo("bash", [Repository.Path("suite"), .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The local engine is the one that can be told to stop, kill and start single resources.
        command.Environment["SUITE_ENGINE"] = "local";
        foreach (var (name, value) in environment)
            command.Environment[name] = value;

        using var process = new Process { StartInfo = command, EnableRaisingEvents = true };
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new StringBuilder();
        process.Exited += (_, _) => exited.TrySetResult();
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await exited.Task.WaitAsync(deadline);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException($"./suite {string.Join(' ', arguments)} did not end within {deadline.TotalSeconds} s.{Environment.NewLine}{Text()}");
        }
        return (process.ExitCode, Text());

        void Add(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }

        string Text()
        {
            lock (output)
                return output.ToString();
        }
    }
}
