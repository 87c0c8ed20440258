using System.Globalization;

namespace Benchmarks.Report;

/// <summary>Runs as lines of text.</summary>
public static class Table
{
    public static string Header => string.Format(
        CultureInfo.InvariantCulture, "{0,-9} {1,-8} {2,-14} {3,4} {4,-10} {5,9} {6,8} {7,8} {8,8} {9,8} {10,7} {11,6} {12,6} {13,6}  {14}",
        "scenario", "subject", "workload", "conn", "loop", "items/s", "p50 ms", "p99 ms", "CPU ms", "gen ms", "kB/req", "drain", "other", "failed", "where the CPU goes, ms");

    public static string Line(Run run) => string.Format(
        CultureInfo.InvariantCulture, "{0,-9} {1,-8} {2,-14} {3,4} {4,-10} {5,9:0.0} {6,8:0.00} {7,8:0.0} {8,8:0.000} {9,8:0.000} {10,7} {11,6} {12,6:0.00} {13,6}  {14}",
        run.Scenario, run.Subject, run.Workload, run.InFlight, run.OfferedPerSecond is { } rate ? FormattableString.Invariant($"open {rate:0}/s") : "closed",
        run.PerSecond, run.P50Ms, run.P99Ms, run.CpuMsPerItem, run.GeneratorCpuMsPerItem,
        run.AllocatedPerItem is { } bytes ? (bytes / 1000).ToString("0.0", CultureInfo.InvariantCulture) : "-",
        run.DrainSeconds > 0 ? run.DrainSeconds.ToString("0.00", CultureInfo.InvariantCulture) : "-",
        run.OtherCores, run.Failed, run.Note ?? Split(run)).TrimEnd();

    private static string Split(Run run) => run.CpuMsPerItemOf.Count < 2 ? "" : string.Join(' ', run.CpuMsPerItemOf
        .Where(each => each.Value >= 0.02 * run.CpuMsPerItem).OrderByDescending(each => each.Value)
        .Select(each => FormattableString.Invariant($"{each.Key} {each.Value:0.00#}")));
}
