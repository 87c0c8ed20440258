using System.Globalization;

namespace Benchmarks.Measure;

/// <summary>CPU time and memory of processes and all their descendants, from /proc.</summary>
public static class ProcessTree
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux that .NET runs on
    private static readonly int PageBytes = Environment.SystemPageSize;

    /// <summary>CPU seconds by root, descendants included; a process below two roots counts for the nearer one.</summary>
    /// <param name="roots">Name to pid.</param>
    public static Dictionary<string, double> CpuSeconds(IReadOnlyDictionary<string, int> roots) => Sum(roots, stat => stat.CpuTicks / TicksPerSecond);

    /// <summary>Resident bytes by root, in the same way. Pages that processes share count in each.</summary>
    public static Dictionary<string, double> ResidentBytes(IReadOnlyDictionary<string, int> roots) => Sum(roots, stat => (double)stat.ResidentPages * PageBytes);

    /// <summary>Seconds that the machine's processors were busy since it started, those included that a hypervisor took away.</summary>
    public static double MachineSeconds()
    {
        // user nice system idle iowait irq softirq steal
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(long.Parse).ToArray();
        return (fields[0] + fields[1] + fields[2] + fields[5] + fields[6] + fields[7]) / TicksPerSecond;
    }

    private static Dictionary<string, double> Sum(IReadOnlyDictionary<string, int> roots, Func<Stat, double> figure)
    {
        var processes = ReadAll();
        var owners = roots.ToDictionary(root => root.Value, root => root.Key);
        var sums = roots.Keys.ToDictionary(name => name, _ => 0.0);
        foreach (var stat in processes.Values)
        {
            if (FindOwner(stat) is { } owner)
                sums[owner] += figure(stat);
        }
        return sums;

        string? FindOwner(Stat stat)
        {
            for (Stat? at = stat; at is not null; at = processes.GetValueOrDefault(at.Parent))
            {
                if (owners.TryGetValue(at.Pid, out var name))
                    return name;
            }
            return null;
        }
    }

    private static Dictionary<int, Stat> ReadAll()
    {
        var found = new Dictionary<int, Stat>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) && Read(pid) is { } stat)
                found[pid] = stat;
        }
        return found;
    }

    private static Stat? Read(int pid)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (IOException)
        {
            return null; // ended since it was listed; its time is its parent's now
        }
        catch (UnauthorizedAccessException)
        {
            return null; // somebody else's, on a machine that hides them
        }
        // The name, in brackets, may hold anything. After it: state, parent, ... (proc(5)).
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new Stat(pid, Field(1), Field(11) + Field(12) + Field(13) + Field(14), Field(21));

        int Field(int index) => (int)long.Parse(fields[index], CultureInfo.InvariantCulture);
    }

    /// <param name="CpuTicks">User and system, its own and that of children that ended.</param>
    private sealed record Stat(int Pid, int Parent, int CpuTicks, int ResidentPages);
}
