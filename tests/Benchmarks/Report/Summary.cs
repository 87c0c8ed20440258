using System.Globalization;
using Benchmarks.Subjects;

namespace Benchmarks.Report;

/// <summary>The beginning and the end of what a bench prints.</summary>
public static class Summary
{
    public static void PrintMachine(Results results, BenchOptions options)
    {
        var machine = results.Machine;
        Write($"{machine.Processor}, {machine.Cores} cores, {machine.MemoryGb} GB, Linux {machine.Kernel}, {machine.Runtime}, commit {machine.Commit}, {results.Began:yyyy-MM-dd HH:mm} UTC");
        Write($"4 kB write + fsync: median {machine.FsyncMedianMs:0.00} ms, p99 {machine.FsyncP99Ms:0.00} ms. Telemetry: {options.SampledShare:P0} of the traces, all metrics each second, all logs. Runs of {options.Seconds:0.#} s.");
        Write($"");
    }

    public static void Print(Results results)
    {
        Write($"");
        Write($"Through the gateway over raw, closed loop (c/a): throughput, CPU per item");
        foreach (var run in results.Runs.Where(run => run.Subject == "gateway" && run.OfferedPerSecond is null))
        {
            if (results.Closed("raw", run.Workload, null) is { } raw)
                Write($"  {run.Scenario,-9} {run.Workload,-15} {run.InFlight,3} in flight  {run.PerSecond / raw.PerSecond,6:0.000}  {run.CpuMsPerItem / raw.CpuMsPerItem,6:0.00}");
        }
        Write($"");
        foreach (var verdict in Targets.Of(results))
            Write($"{verdict.Met switch { true => "met   ", false => "MISSED", null => "-     " }}  {verdict.Target}: {verdict.Figures}");
    }

    public static void Save(Results results, BenchFolders folders, BenchOptions options)
    {
        var json = results.ToJson();
        var file = Path.Combine(folders.Results, $"{results.Began:yyyyMMdd-HHmmss}.json");
        File.WriteAllText(file, json);
        if (options.Json is not null)
            File.WriteAllText(options.Json, json);
        Write($"");
        Write($"{file}");
    }

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
