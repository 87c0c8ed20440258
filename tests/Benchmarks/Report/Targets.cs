using System.Globalization;

namespace Benchmarks.Report;

/// <param name="Met">Null: what it needs was not measured.</param>
public sealed record Verdict(string Target, bool? Met, string Figures);

/// <summary>What the suite promises of its speed, held against the runs: ratios within one bench, never absolute times.</summary>
public static class Targets
{
    private const string Photo = "JPEG 640x480", Row = "1 row";
    private const double Quiet = 0.15; // cores

    public static IReadOnlyList<Verdict> Of(Results results)
    {
        var raw = results.Closed("raw", Photo, null);
        var gateway = results.Closed("gateway", Photo, 64);
        var rawHalf = results.Open("raw", Photo, null);
        var gatewayHalf = results.Open("gateway", Photo, 64);
        var noOpHalf = results.Open("no-op", Photo, 64);
        var noOpRows = results.Closed("no-op", Row, 64, "sustained") ?? results.Closed("no-op", Row, 64);
        var minute = results.Closed("gateway", Row, 64, "sustained");
        var rows = minute ?? results.Closed("gateway", Row, 64);
        return
        [
            Compare($"{Photo}, 64 in flight: CPU per item <= 1.25 x raw", raw, gateway, (a, c) => Ratio(c.CpuMsPerItem, a.CpuMsPerItem, most: 1.25)),
            Compare($"{Photo}, 64 in flight: throughput >= 0.75 x raw, generator on the same cores", raw, gateway, (a, c) => Ratio(c.PerSecond, a.PerSecond, least: 0.75)),
            Compare($"{Photo}, open at half load: p50 added <= 3 ms + one fsync", rawHalf, gatewayHalf, (a, c) =>
                (c.P50Ms - a.P50Ms <= 3 + results.Machine.FsyncMedianMs, Text($"{c.P50Ms:0.00} - {a.P50Ms:0.00} = {c.P50Ms - a.P50Ms:0.00} ms; bound 3 + {results.Machine.FsyncMedianMs:0.00} ms; p99 {c.P99Ms:0.0} ms{(noOpHalf is null ? "" : Text($", the no-op pair's {noOpHalf.P99Ms:0.0} ms"))}"))),
            Compare("1 row, 64 in flight, durable: throughput >= 0.35 x the no-op pair's", noOpRows, rows, (n, c) => Ratio(c.PerSecond, n.PerSecond, least: 0.35)),
            Compare("1 row, 60 s: last event in FeedbackService < 5 s after the last answer", minute, minute, (_, c) =>
                (c.DrainSeconds < 5, Text($"{c.DrainSeconds:0.00} s after {c.Seconds - c.DrainSeconds:0} s of load"))),
            Compare($"{Photo}: <= 20 kB allocated per request beyond the body", gateway, gateway, (_, c) => c.AllocatedPerItem is not { } bytes ? (null, "not measured") :
                (bytes - c.BodyBytes <= 20_000, Text($"{bytes / 1000:0.0} kB over all services ({string.Join(", ", c.AllocatedPerItemOf.OrderByDescending(s => s.Value).Take(3).Select(s => Text($"{s.Key} {s.Value / 1000:0.0}")))}), body {c.BodyBytes / 1000:0.0} kB"))),
            .. Door(results),
            .. Bounds(results),
            .. Learning(results),
            .. Peers(results),
        ];
    }

    private static IEnumerable<Verdict> Door(Results results)
    {
        if (results.Findings.LastOrDefault(finding => finding.Name == Scenarios.DoorScenario.Authentication) is { } added)
            yield return new Verdict("Authentication with a cached key: p50 added <= 0.3 ms", added.Value <= 0.3, added.Text);
        if (results.Findings.LastOrDefault(finding => finding.Name == Scenarios.DoorScenario.Revocation) is { } revoked)
            yield return new Verdict("A revoked key is refused within a second, under load", revoked.Value < 1000, revoked.Text);
    }

    private static IEnumerable<Verdict> Bounds(Results results)
    {
        // Room that is used again is bounded; room that each wave adds to is not.
        const double most = 64e6;
        if (results.Findings.LastOrDefault(finding => finding.Name == Scenarios.BoundsScenario.LastWave) is { } last)
            yield return new Verdict("10,000 requests at once: the third wave needs no more memory than the second (64 MB for noise)", last.Value < most, last.Text);
    }

    private static IEnumerable<Verdict> Learning(Results results)
    {
        if (results.Findings.LastOrDefault(finding => finding.Name == Scenarios.LearningScenario.Memory) is { } memory)
            yield return new Verdict("A run's process takes at most twice its table and 300 MB", memory.Value <= 300e6, memory.Text);
    }

    private static IEnumerable<Verdict> Peers(Results results)
    {
        var node = Mean(results, "node");
        var gateway = Mean(results, "gateway");
        if (node is null)
            yield break;
        yield return Compare("Node peer, 64 connections: images/s >= Node's", node, gateway, (n, c) => Ratio(c.PerSecond, n.PerSecond, least: 1));
        yield return Compare("Node peer, 64 connections: CPU per image <= Node's", node, gateway, (n, c) => Ratio(c.CpuMsPerItem, n.CpuMsPerItem, most: 1));
        yield return Compare("Node peer, 64 connections: p99 < Node's", node, gateway, (n, c) => Ratio(c.P99Ms, n.P99Ms, most: 1));
    }

    /// <summary>The turns of one of the two, taken together.</summary>
    private static Run? Mean(Results results, string subject)
    {
        var turns = results.Runs.Where(run => run.Scenario == "peers" && run.Subject == subject && run.Workload == Photo && run.InFlight == 64).ToArray();
        return turns.Length == 0 ? null : turns[0] with
        {
            Items = turns.Sum(run => run.Items), Seconds = turns.Sum(run => run.Seconds), Failures = turns.SelectMany(run => run.Failures).GroupBy(each => each.Key).ToDictionary(each => each.Key, each => each.Sum(f => f.Value)),
            CpuMsPerItem = turns.Sum(run => run.CpuMsPerItem * run.Items) / turns.Sum(run => run.Items), P99Ms = turns.Average(run => run.P99Ms),
        };
    }

    private static Verdict Compare(string target, Run? baseline, Run? run, Func<Run, Run, (bool? Met, string Figures)> judge)
    {
        if (baseline is null || run is null)
            return new Verdict(target, null, "not measured in this run");
        var (met, figures) = judge(baseline, run);
        // A fast error is not a fast answer.
        if (run.Failed + baseline.Failed > 0)
            return new Verdict(target, false, $"{figures}; {run.Failed + baseline.Failed} requests failed");
        var disturbed = Math.Max(run.OtherCores, baseline.OtherCores);
        return new Verdict(target, met, disturbed > Quiet ? Text($"{figures} (disturbed: up to {disturbed:0.0} cores were busy with other programs)") : figures);
    }

    private static (bool? Met, string Figures) Ratio(double value, double baseline, double? least = null, double? most = null)
    {
        var ratio = value / baseline;
        var bound = least ?? most!.Value;
        return (least is null ? ratio <= bound : ratio >= bound, Text($"{value:0.###} / {baseline:0.###} = {ratio:0.00}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
