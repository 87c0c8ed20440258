using System.Globalization;
using Benchmarks.Load;
using Benchmarks.Report;
using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>Three in ten callers hang up before their answer: how much of the model's work is for nobody?</summary>
internal static class AbandonScenario
{
    private const double Share = 0.3;
    private const string Executed = "suite.batch.size"; // a histogram: its sum is the items that went through the model

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        var photos = await bench.PhotosAsync(Photos.Medium, cancellation);
        var usual = await bench.MeasureAsync("abandon", bench.Gateway, photos, 64, cancellation);
        var plan = new LoadPlan
        {
            Target = bench.Gateway.Address(photos), Headers = await bench.Gateway.Headers(cancellation), Photos = photos.Photos, Connections = 64,
            Seconds = 2 * bench.Options.Seconds, AbandonShare = Share, AbandonWithinMs = usual.P50Ms,
        };
        var before = await ExecutedAsync(bench, cancellation);
        var report = await bench.Generator.RunAsync(plan, plan.Seconds, cancellation);
        var executed = await ExecutedAsync(bench, cancellation) - before;

        var wasted = (executed - report.Completed) / executed;
        var left = (double)report.Abandoned / (report.Abandoned + report.Completed);
        bench.Results.Add(new Finding("abandon: wasted model time", string.Create(CultureInfo.InvariantCulture,
            $"{wasted:P1} of {executed:0} items ran for a caller who was gone; {report.Abandoned} of {report.Abandoned + report.Completed} callers ({left:P0}) hung up within {usual.P50Ms:0} ms, {report.Failed} requests failed"), wasted));
    }

    private static async Task<double> ExecutedAsync(Bench bench, CancellationToken cancellation)
    {
        await bench.Collector.SettleAsync(["inference"], cancellation);
        return bench.Collector.ByService(Executed, $"model={ModelFolder.Images}").GetValueOrDefault("inference");
    }
}
