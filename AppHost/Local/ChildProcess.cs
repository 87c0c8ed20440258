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
        if (HasSessions)
            GiveOwnSession(command, stopSignal);
        command.RedirectStandardInput = command.RedirectStandardOutput = command.RedirectStandardError = true;

        var process = new Process { StartInfo = command, EnableRaisingEvents = true };
        var child = new ChildProcess(process, stopSignal);
        TaskCompletionSource outputEnd = new(), errorEnd = new();
        // Its last words first; but a child of its own may hold the pipes open for longer.
        process.Exited += (_, _) => Task.WhenAny(Task.WhenAll(outputEnd.Task, errorEnd.Task), Task.Delay(500))
            .ContinueWith(_ => child._exited.TrySetResult(process.ExitCode), TaskScheduler.Default);
        process.OutputDataReceived += (_, line) => Pass(line.Data, outputEnd);
        process.ErrorDataReceived += (_, line) => Pass(line.Data, errorEnd);

        Launcher.Run(() => process.Start());
        child.Started = StartTime(process.Id);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;

        void Pass(string? line, TaskCompletionSource end)
        {
            if (line is null)
                end.TrySetResult();
            else
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
    /// When a process started, in ticks since boot, and which boot that was; null when there is no such process
    /// (or no /proc). A pid alone
    /// could since have been given to somebody else.
    /// </summary>
    public static string? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var ticks = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
            return $"{ticks}@{File.ReadAllText("/proc/sys/kernel/random/boot_id").AsSpan(0, 8)}";
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Both programs become the command itself, so the pid stays.</summary>
    private static void GiveOwnSession(ProcessStartInfo command, string stopSignal)
    {
        foreach (var word in (string[])[command.FileName, "--", stopSignal, "--pdeathsig", "/usr/bin/setpriv"])
            command.ArgumentList.Insert(0, word);
        command.FileName = "/usr/bin/setsid";
        command.Environment["SUITE_PDEATHSIG"] = stopSignal; // for a script that changes its user, which clears the request
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
        private static readonly BlockingCollection<Task> Work = [];

        static Launcher() => new Thread(() =>
        {
            foreach (var start in Work.GetConsumingEnumerable())
                start.RunSynchronously();
        }) { IsBackground = true, Name = "process launcher" }.Start();

        public static void Run(Action start)
        {
            var task = new Task(start);
            Work.Add(task);
            task.GetAwaiter().GetResult();
        }
    }
}
