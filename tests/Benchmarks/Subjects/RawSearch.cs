using Benchmarks.Load;
using Benchmarks.Report;

namespace Benchmarks.Subjects;

/// <summary>Finds the shape in which the bare loop is fastest, and measures it.</summary>
/// <param name="glance">Seconds that each shape of the grid is tried.</param>
public sealed class RawSearch(Worker<RawPlan> worker, double glance)
{
    public async Task<RawPlan> FindAsync(RawPlan like, CancellationToken cancellation)
    {
        var tried = new List<(RawPlan Plan, double PerSecond)>();
        foreach (var plan in RawPlan.Grid(like with { Seconds = glance }))
            tried.Add((plan, PerSecond(await RunAsync(plan, cancellation))));
        // A glance is noisy; the first three show again what they can.
        var finals = new List<(RawPlan Plan, double PerSecond)>();
        foreach (var (plan, _) in tried.OrderByDescending(each => each.PerSecond).Take(3))
            finals.Add((plan, PerSecond(await RunAsync(plan with { Seconds = 2 * glance }, cancellation))));
        return finals.MaxBy(each => each.PerSecond).Plan;
    }

    public async Task<Run> MeasureAsync(string scenario, Workload workload, RawPlan plan, CancellationToken cancellation) =>
        Line(scenario, workload, plan, await RunAsync(plan, cancellation));

    public async Task<Run> MeasureAtRateAsync(string scenario, Workload workload, RawPlan like, CancellationToken cancellation)
    {
        var runs = new List<Run>();
        foreach (var (threads, intraOp) in new[] { (Environment.ProcessorCount, 1), (1, Environment.ProcessorCount) })
            runs.Add(await MeasureAsync(scenario, workload, like with { Threads = threads, IntraOp = intraOp, Batch = 1 }, cancellation));
        return runs.MinBy(run => run.P50Ms)!;
    }

    private Task<LoadReport> RunAsync(RawPlan plan, CancellationToken cancellation) => worker.RunAsync(plan, plan.Seconds, cancellation);

    private static double PerSecond(LoadReport report) => report.Completed / report.Seconds;

    private static Run Line(string scenario, Workload workload, RawPlan plan, LoadReport report) => new()
    {
        Scenario = scenario, Subject = "raw", Workload = workload.Name, InFlight = plan.Threads * plan.Batch, OfferedPerSecond = plan.PerSecond,
        Items = report.Completed, Seconds = report.Seconds, P50Ms = report.Latency.P50Ms, P99Ms = report.Latency.P99Ms, MaxMs = report.Latency.MaxMs,
        CpuMsPerItem = report.CpuSeconds * 1000 / Math.Max(1, report.Completed), BodyBytes = report.BodyBytes, OtherCores = report.OtherCpuSeconds / report.Seconds, Note = plan.Shape,
    };
}
