using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>Rows for a minute, recorded durably: a backlog that only seems to keep up would show here.</summary>
internal static class SustainedScenario
{
    private const double Minute = 60;

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        await bench.MeasureAsync("sustained", await bench.NoOpAsync(cancellation), Workload.Row, 64, cancellation, seconds: 10);
        await bench.MeasureAsync("sustained", bench.Gateway, Workload.Row, 64, cancellation, seconds: Minute);
    }
}
