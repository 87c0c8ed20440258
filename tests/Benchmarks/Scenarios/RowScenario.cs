using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>One row a request: what the suite costs where the model costs nothing.</summary>
internal static class RowScenario
{
    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        var noOp = await bench.NoOpAsync(cancellation);
        await bench.MeasureRawAsync("rows", Workload.Row, cancellation);
        foreach (var inFlight in new[] { 1, 8, 64 })
        {
            await bench.MeasureAsync("rows", noOp, Workload.Row, inFlight, cancellation);
            await bench.MeasureAsync("rows", bench.Direct, Workload.Row, inFlight, cancellation);
            var closed = await bench.MeasureAsync("rows", bench.Gateway, Workload.Row, inFlight, cancellation);
            await bench.MeasureAsync("rows", bench.Gateway, Workload.Row, inFlight, cancellation, perSecond: closed.PerSecond / 2);
        }
    }
}
