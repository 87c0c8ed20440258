namespace Benchmarks.Measure;

/// <summary>Looks at the resident memory of processes ten times a second, until it is stopped.</summary>
public sealed class MemoryWatch
{
    private readonly IReadOnlyDictionary<string, int> processes;
    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;

    private MemoryWatch(IReadOnlyDictionary<string, int> processes)
    {
        this.processes = processes;
        Before = ProcessTree.ResidentBytes(processes);
        Peak = new(Before);
        watching = WatchAsync();
    }

    /// <summary>Bytes by process.</summary>
    public Dictionary<string, double> Before { get; }

    public Dictionary<string, double> Peak { get; }

    /// <summary>The most that any one process grew, and its name.</summary>
    public (string Name, double Bytes) Growth => Peak.Select(each => (each.Key, each.Value - Before[each.Key])).MaxBy(each => each.Item2);

    public static MemoryWatch Start(IReadOnlyDictionary<string, int> processes) => new(processes);

    public async Task<MemoryWatch> StopAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
        return this;
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                foreach (var (name, bytes) in ProcessTree.ResidentBytes(processes))
                    Peak[name] = Math.Max(Peak[name], bytes);
            }
        }
        catch (OperationCanceledException)
        {
            // How a watch ends.
        }
    }
}
