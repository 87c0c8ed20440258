using System.Globalization;
using Benchmarks.Load;
using Benchmarks.Measure;
using Benchmarks.Report;
using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>Callers that ask for too much: huge bodies, bodies that never end, thousands at once. Memory must stay where it is.</summary>
internal static class BoundsScenario
{
    public const string LastWave = "bounds: growth in the last wave";
    private const int Huge = 4, Slow = 400, Queued = 10_000, Waves = 3;
    private static readonly TimeSpan SlowFor = TimeSpan.FromSeconds(12);

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        var photos = await bench.PhotosAsync(Photos.Small, cancellation);
        var rude = new RudeCallers(await PlanAsync(bench, photos, cancellation));
        await WatchAsync(bench, $"{Huge} bodies of 200 MB, declared", rude.SendHugeAsync(Huge, declared: true, cancellation));
        await WatchAsync(bench, $"{Huge} bodies of 200 MB, chunked", rude.SendHugeAsync(Huge, declared: false, cancellation));

        var slow = WatchAsync(bench, $"{Slow} slow callers, a byte each half second", rude.SendSlowlyAsync(Slow, SlowFor, cancellation));
        await bench.MeasureAsync("bounds", bench.Gateway, photos, 8, cancellation); // who behaves is served meanwhile
        await slow;

        // Again and again: what the first waves make grow is bounded if the last makes it grow no further.
        for (var wave = 1; wave <= Waves; wave++)
        {
            var watch = await WatchAsync(bench, $"{Queued} requests at once, wave {wave}", rude.SendAtOnceAsync(Queued, cancellation));
            if (wave == Waves)
                bench.Results.Add(new Finding(LastWave, string.Create(CultureInfo.InvariantCulture, $"{watch.Growth.Bytes / 1e6:0} MB ({watch.Growth.Name})"), watch.Growth.Bytes));
        }
    }

    private static async Task<MemoryWatch> WatchAsync(Bench bench, string what, Task<Dictionary<string, int>> attack)
    {
        var watch = MemoryWatch.Start(bench.Suite.Processes);
        var answers = await attack;
        await watch.StopAsync();
        var (name, bytes) = watch.Growth;
        bench.Results.Add(new Finding($"bounds: {what}", string.Create(CultureInfo.InvariantCulture,
            $"{string.Join(", ", answers.OrderByDescending(answer => answer.Value).Select(answer => $"{answer.Value} x {answer.Key}"))}; {Memory(watch)}; most growth: {name} {bytes / 1e6:0} MB"), bytes));
        return watch;
    }

    private static string Memory(MemoryWatch watch) => string.Join(", ", new[] { "gateway", "inference-0", "storage", "postgres" }
        .Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} {watch.Before[name] / 1e6:0} -> {watch.Peak[name] / 1e6:0} MB")));

    private static async Task<LoadPlan> PlanAsync(Bench bench, Workload photos, CancellationToken cancellation) => new()
    {
        Target = bench.Gateway.Address(photos), Headers = await bench.Gateway.Headers(cancellation), Photos = photos.Photos, Connections = 1, Seconds = 1,
    };
}
