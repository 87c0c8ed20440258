using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Local;

/// <summary>
/// A process in a session of its own: Ctrl+C in the terminal does not reach it, its own children can be ended with it, and
/// the system signals it when the process that started it dies.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly bool HasSessions = File.Exists("/usr/bin/setsid") && File.Exists("/usr/bin/setpriv");
    private readonly Process _process;
    private readonly string _stopSignal;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process, string stopSignal)
    {
        _process = process;
        _stopSignal = stopSignal;
    }

    public int Pid => _process.Id;

    /// <summary>With the pid, names this process and no other: see <see cref="StartTime"/>.</summary>
    public string? Started { get; private set; }

    /// <summary>The exit code; 128 + the signal's number for a process that was killed.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>
    /// Starts a command. <paramref name="stopSignal"/> (without SIG) is what ends it in good order; <paramref name="output"/>
    /// gets every line of its standard output and error.
    /// </summary>
    public static ChildProcess Start(ProcessStartInfo command, string stopSignal, Action<string> output)
    {
        var start = HasSessions ? InOwnSession(command, stopSignal) : command;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process, stopSignal);
        process.Exited += (_, _) => child._exited.TrySetResult(process.ExitCode);
        process.OutputDataReceived += (_, line) => Pass(line.Data);
        process.ErrorDataReceived += (_, line) => Pass(line.Data);

        Launcher.Run(() => process.Start());
        child.Started = StartTime(process.Id);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;

        void Pass(string? line)
        {
            if (line is not null)
                output(line);
        }
    }

    /// <summary>Asks the process to end, and kills it with its children when it has not done so in time.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        Signal(Pid, _stopSignal);
        try
        {
            await Exited.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
        Kill(); // what the process may have left in its session
    }

    public void Kill() => Signal(HasSessions ? -Pid : Pid, "KILL");

    public void Dispose() => _process.Dispose();

    /// <summary>
    /// When a process started, in ticks since boot, and which boot that was; null when there is no such process. A pid alone
    /// could since have been given to somebody else.
    /// </summary>
    public static string? StartTime(int pid)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
                return Process.GetProcessById(pid).StartTime.ToUniversalTime().Ticks.ToString();

            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var ticks = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
            return $"{ticks}@{File.ReadAllText("/proc/sys/kernel/random/boot_id").AsSpan(0, 8)}";
        }
        catch (Exception problem) when (problem is IOException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ProcessStartInfo InOwnSession(ProcessStartInfo command, string stopSignal)
    {
        // Both become the command itself, so the pid stays.
        var start = new ProcessStartInfo("/usr/bin/setsid", ["/usr/bin/setpriv", "--pdeathsig", stopSignal, "--", command.FileName, .. command.ArgumentList])
        {
            WorkingDirectory = command.WorkingDirectory,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        start.Environment["SUITE_PDEATHSIG"] = stopSignal; // for a script that changes its user, which clears the request
        return start;
    }

    private static void Signal(int pid, string name) => _ = kill(pid, name switch
    {
        "INT" => 2,
        "KILL" => 9,
        "TERM" => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "not a signal that ends a process here"),
    });

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);

    /// <summary>Starts every process from one thread that lives as long as the program: "parent death" means the death of that thread.</summary>
    private static class Launcher
    {
        private static readonly BlockingCollection<Action> Work = StartThread();

        public static void Run(Action start)
        {
            var done = new TaskCompletionSource();
            Work.Add(() =>
            {
                try
                {
                    start();
                    done.SetResult();
                }
                catch (Exception problem)
                {
                    done.SetException(problem);
                }
            });
            done.Task.GetAwaiter().GetResult();
        }

        private static BlockingCollection<Action> StartThread()
        {
            var work = new BlockingCollection<Action>();
            new Thread(() =>
            {
                foreach (var start in work.GetConsumingEnumerable())
                    start();
            }) { IsBackground = true, Name = "process launcher" }.Start();
            return work;
        }
    }
}
