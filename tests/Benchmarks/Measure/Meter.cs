using System.Diagnostics;
using Benchmarks.Load;
using Benchmarks.Report;
using Benchmarks.Subjects;

namespace Benchmarks.Measure;

/// <summary>What is needed to measure any subject the same way: the generator, the collector and the suite's backlog.</summary>
public sealed class Meter(Worker<LoadPlan> generator, Collector collector, Backlog backlog, double seconds)
{
    private const double WarmUpSeconds = 2;

    // A fresh process compiles its methods again and again as they prove to be busy. On two cores that takes a thousand images;
    // before that the compiler is most of what is measured.
    private const double FirstWarmUpSeconds = 20;
    private const int WarmUpConnections = 32;

    private readonly HashSet<(string Subject, bool Images)> warm = [];

    public double Seconds => seconds;

    /// <param name="perSecond">Open loop at this rate; null: closed loop.</param>
    public async Task<Run> MeasureAsync(
        string scenario, Subject subject, Workload workload, int inFlight, double? perSecond, CancellationToken cancellation, double? runSeconds = null)
    {
        var plan = new LoadPlan
        {
            Target = subject.Address(workload), Headers = await subject.Headers(cancellation), Photos = workload.Photos, Json = workload.Json,
            Connections = inFlight, Seconds = runSeconds ?? seconds, PerSecond = perSecond,
        };
        if (warm.Add((subject.Name, workload.Json is null)))
            await generator.RunAsync(plan with { Seconds = FirstWarmUpSeconds, PerSecond = null, Connections = Math.Max(WarmUpConnections, inFlight) }, FirstWarmUpSeconds, cancellation);
        await generator.RunAsync(plan with { Seconds = WarmUpSeconds, PerSecond = null }, WarmUpSeconds, cancellation);
        if (subject.Records)
            await backlog.DrainAsync(await backlog.NewestAsync(cancellation), cancellation);

        await SettleAsync(subject, cancellation);
        var newest = subject.Records ? await backlog.NewestAsync(cancellation) : Guid.Empty;
        var before = Reading.Take(subject, collector);
        var report = await generator.RunAsync(plan, plan.Seconds, cancellation);
        var drain = Stopwatch.StartNew();
        if (subject.Records)
            await backlog.DrainAsync(newest, cancellation);
        var drained = subject.Records ? drain.Elapsed.TotalSeconds : 0;
        var after = Reading.Take(subject, collector);
        await SettleAsync(subject, cancellation);
        var allocated = Reading.ReadAllocated(subject, collector);

        if (!after.Pids.SequenceEqual(before.Pids))
            throw new InvalidOperationException($"A process of '{subject.Name}' ended and was started again during the run; its log says why.");
        var items = Math.Max(1, report.Completed);
        var cpu = after.Cpu.ToDictionary(each => each.Key, each => (each.Value - before.Cpu[each.Key]) * 1000 / items);
        var ours = cpu.Values.Sum() * items / 1000 + report.CpuSeconds + (after.Own - before.Own);
        return new Run
        {
            Scenario = scenario, Subject = subject.Name, Workload = workload.Name, InFlight = inFlight, OfferedPerSecond = perSecond,
            Items = report.Completed, Failures = report.Failures, Seconds = report.Seconds + drained, DrainSeconds = drained,
            P50Ms = report.Latency.P50Ms, P99Ms = report.Latency.P99Ms, MaxMs = report.Latency.MaxMs,
            CpuMsPerItem = cpu.Values.Sum(), CpuMsPerItemOf = cpu, GeneratorCpuMsPerItem = report.CpuSeconds * 1000 / items,
            OtherCores = Math.Max(0, (after.Machine - before.Machine - ours) / (report.Seconds + drained)),
            AllocatedPerItemOf = allocated.ToDictionary(each => each.Key, each => (each.Value - before.Allocated[each.Key]) / items),
            AllocatedPerItem = subject.Services.Count == 0 ? null : allocated.Sum(each => each.Value - before.Allocated[each.Key]) / items,
            BodyBytes = report.BodyBytes,
        };
    }

    private async Task SettleAsync(Subject subject, CancellationToken cancellation)
    {
        if (subject.Services.Count > 0)
            await collector.SettleAsync(subject.Services, cancellation);
    }

    /// <summary>Counters at one moment.</summary>
    private sealed record Reading(int[] Pids, Dictionary<string, double> Cpu, Dictionary<string, double> Allocated, double Machine, double Own)
    {
        private const string AllocatedBytes = "dotnet.gc.heap.total_allocated";

        public static Reading Take(Subject subject, Collector collector) => new(
            [.. subject.Processes().Values], ProcessTree.CpuSeconds(subject.Processes()), ReadAllocated(subject, collector), ProcessTree.MachineSeconds(), Environment.CpuUsage.TotalTime.TotalSeconds);

        public static Dictionary<string, double> ReadAllocated(Subject subject, Collector collector)
        {
            var all = collector.ByService(AllocatedBytes);
            return subject.Services.ToDictionary(service => service, service => all.GetValueOrDefault(service));
        }
    }
}
