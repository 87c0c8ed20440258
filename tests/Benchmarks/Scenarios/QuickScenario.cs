using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>What a change to the hot path is tried with.</summary>
internal static class QuickScenario
{
    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        var photos = await bench.PhotosAsync(Photos.Medium, cancellation);
        var noOp = await bench.NoOpAsync(cancellation);
        await bench.MeasureRawAsync("quick", photos, cancellation);
        var gateway = await bench.MeasureAsync("quick", bench.Gateway, photos, 64, cancellation);
        var half = gateway.PerSecond / 2;
        await bench.MeasureRawAtRateAsync("quick", photos, half, cancellation);
        await bench.MeasureAsync("quick", bench.Gateway, photos, 64, cancellation, perSecond: half);
        await bench.MeasureAsync("quick", noOp, Workload.Row, 64, cancellation);
        await bench.MeasureAsync("quick", bench.Gateway, Workload.Row, 64, cancellation);
    }
}
