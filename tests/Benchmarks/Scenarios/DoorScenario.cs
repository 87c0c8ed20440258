using System.Diagnostics;
using System.Globalization;
using Benchmarks.Load;
using Benchmarks.Report;
using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>What it costs at the gateway to find out who calls, and how long a key that is revoked goes on working.</summary>
internal static class DoorScenario
{
    public const string Authentication = "door: authentication, added p50", Revocation = "door: revocation, slowest";
    private const int Warmup = 2000, Rounds = 5, Callers = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40); // the caches' age, where no event comes

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        await bench.MeasureAsync("door", await bench.NoOpAsync(cancellation), Workload.Row, 64, cancellation); // its CPU and what it allocates
        await AuthenticationAsync(bench, cancellation);
        await RevocationAsync(bench, cancellation);
    }

    /// <summary>In turns, so that what disturbs one disturbs the other: a route for anyone, and one of the same service for callers with a key that is cached.</summary>
    private static async Task AuthenticationAsync(Bench bench, CancellationToken cancellation)
    {
        var door = (await bench.NoOpAsync(cancellation)).Address(Workload.Row);
        using var anyone = new HttpClient();
        using var caller = new HttpClient { DefaultRequestHeaders = { { "X-API-Key", bench.Caller.Key } } };
        var (open, guarded) = (new List<double>(), new List<double>());
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; Stopwatch.GetElapsedTime(began).TotalSeconds < 2 * bench.Options.Seconds || i < 2 * Warmup; i++)
        {
            var without = await TimeAsync(anyone, new Uri(door, "/health"), cancellation);
            var with = await TimeAsync(caller, new Uri(door, "/v1/models"), cancellation);
            if (i < Warmup)
                continue;
            open.Add(without);
            guarded.Add(with);
        }
        var (p50, p50Open) = (Latencies.Of(guarded).P50Ms, Latencies.Of(open).P50Ms);
        bench.Results.Add(new Finding(Authentication, string.Create(CultureInfo.InvariantCulture,
            $"{p50:0.000} - {p50Open:0.000} = {p50 - p50Open:0.000} ms with a cached key, over {open.Count} pairs of requests (aim: 0.3 ms)"), p50 - p50Open));
    }

    private static async Task RevocationAsync(Bench bench, CancellationToken cancellation)
    {
        var times = new List<double>();
        for (var round = 0; round < Rounds; round++)
            times.Add(await RevokeUnderLoadAsync(bench, cancellation));
        bench.Results.Add(new Finding(Revocation, string.Create(CultureInfo.InvariantCulture,
            $"{times.Max():0} ms from the answer to DELETE to the last 200, {Callers} callers at work (all: {string.Join(", ", times.Select(ms => $"{ms:0}"))}; aim: under 1000 ms)"), times.Max()));
    }

    /// <returns>Milliseconds by which the last 200 came after the revocation was answered; 0: none did.</returns>
    private static async Task<double> RevokeUnderLoadAsync(Bench bench, CancellationToken cancellation)
    {
        var (id, key) = await bench.Caller.NewKeyAsync(cancellation);
        using var http = new HttpClient { DefaultRequestHeaders = { { "X-API-Key", key } } };
        var models = new Uri(bench.Suite.Gateway, "/v1/models");
        var lastGood = 0L;
        var callers = Enumerable.Range(0, Callers).Select(async _ =>
        {
            var refusals = 0;
            while (refusals < 20) // the first refusal need not be the end: another connection may still have got through
            {
                using var answer = await http.GetAsync(models, cancellation);
                if (answer.IsSuccessStatusCode)
                    InterlockedMax(ref lastGood, Stopwatch.GetTimestamp());
                refusals = answer.IsSuccessStatusCode ? 0 : refusals + 1;
            }
        }).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation); // until it is cached everywhere
        await bench.Caller.RevokeAsync(id, cancellation);
        var revoked = Stopwatch.GetTimestamp();
        await Task.WhenAll(callers).WaitAsync(Patience, cancellation);
        return Math.Max(0, Stopwatch.GetElapsedTime(revoked, lastGood).TotalMilliseconds);
    }

    private static async Task<double> TimeAsync(HttpClient http, Uri address, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await http.GetAsync(address, cancellation);
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var known = Volatile.Read(ref target); known < value;)
        {
            var seen = Interlocked.CompareExchange(ref target, value, known);
            if (seen == known)
                return;
            known = seen;
        }
    }
}
