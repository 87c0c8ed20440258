using System.Diagnostics;
using System.Globalization;
using Benchmarks.Report;
using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>How long it takes from labels to the answer of a model that learned from them, stage by stage; and what a training costs those who predict meanwhile.</summary>
internal static class LearningScenario
{
    public const string Serving = "learning: p50 of rows beside a training, over alone", Memory = "learning: resident memory of a run";
    private const int Columns = 10, Labels = 1000, Rounds = 3, ManyRows = 400_000;
    private const double Debounce = 0.2; // seconds

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        using var trainer = await Trainer.LoginAsync(bench.Suite, cancellation);
        await StagesAsync(bench, trainer, cancellation);
        await BesideServingAsync(bench, trainer, cancellation);
    }

    /// <summary>The middle one of a few data sets, by policy alone.</summary>
    private static async Task StagesAsync(Bench bench, Trainer trainer, CancellationToken cancellation)
    {
        var passes = new List<(double Total, string Text)>();
        for (var pass = 0; pass < Rounds; pass++)
            passes.Add(await FromLabelsToAnswerAsync(trainer, bench.Caller.Key, $"bench-{Guid.NewGuid():N}"[..20], pass, cancellation));
        var middle = passes.OrderBy(pass => pass.Total).ElementAt(Rounds / 2);
        bench.Results.Add(new Finding($"learning: {Labels:N0} labels to the new model's first answer", middle.Text, middle.Total));
    }

    private static async Task<(double Total, string Text)> FromLabelsToAnswerAsync(Trainer trainer, string key, string name, int seed, CancellationToken cancellation)
    {
        var dataset = await trainer.NewDatasetAsync(name, cancellation);
        await trainer.PutAsync($"{dataset}/policy", new
        {
            model = name,
            autoTrain = new { minNewLabels = Labels, debounceSeconds = Debounce, learner = "gradient-boosted-trees" },
            gates = new { minAccuracy = 0.6, mustBeatLive = true },
        }, cancellation);

        var began = DateTimeOffset.UtcNow;
        var clock = Stopwatch.StartNew();
        await trainer.PostRowsAsync(dataset, Labels, Columns, seed, cancellation);
        var posted = clock.Elapsed.TotalSeconds;
        await trainer.WaitForAnswerAsync(name, Columns, key, cancellation);
        var total = clock.Elapsed.TotalSeconds;

        var listed = (await trainer.GetAsync($"{dataset}/runs", cancellation)).GetProperty("items")[0].GetProperty("id").GetString();
        var run = await trainer.SeeAsync($"/v1/runs/{listed}", seen => seen.GetProperty("status").GetString() is not "running", cancellation);
        double Since(string moment) => (run.GetProperty(moment).GetDateTimeOffset() - began).TotalSeconds;
        var stages = run.GetProperty("result").GetProperty("seconds").EnumerateObject().Select(stage => Text($"{stage.Name} {stage.Value.GetDouble():0.00}"));
        return (total, Text(
            $"{total:0.00} s: posted {posted:0.00}, queued at {Since("createdAt"):0.00} (debounce {Debounce}), taken at {Since("startedAt"):0.00} ({string.Join(", ", stages)}), answered at {total:0.00}"));
    }

    private static async Task BesideServingAsync(Bench bench, Trainer trainer, CancellationToken cancellation)
    {
        var dataset = await trainer.NewDatasetAsync($"bench-{Guid.NewGuid():N}"[..20], cancellation);
        await trainer.PostRowsAsync(dataset, ManyRows, Columns, seed: 1, cancellation);
        var rate = (await bench.MeasureAsync("learning", bench.Gateway, Workload.Row, 64, cancellation)).PerSecond / 4;
        var alone = await bench.MeasureAsync("learning", bench.Gateway, Workload.Row, 64, cancellation, perSecond: rate);

        var run = (await trainer.PostAsync($"{dataset}/runs", new { learner = "gradient-boosted-trees", parameters = new { rounds = 5000, earlyStopping = 0 } }, cancellation)).GetProperty("id").GetString();
        await trainer.SeeAsync($"/v1/runs/{run}", seen => seen.TryGetProperty("progress", out var progress) && progress.GetProperty("stage").GetString() == "training" && progress.GetProperty("done").GetInt64() > 0, cancellation);
        var beside = await bench.MeasureAsync("learning", bench.Gateway, Workload.Row, 64, cancellation, perSecond: rate);
        var still = (await trainer.GetAsync($"/v1/runs/{run}", cancellation)).GetProperty("status").GetString();
        bench.Results.Add(new Finding(Serving, Text(
            $"{beside.P50Ms / alone.P50Ms:0.00} (p50 {alone.P50Ms:0.00} and {beside.P50Ms:0.00} ms, p99 {alone.P99Ms:0.0} and {beside.P99Ms:0.0} ms at {rate:0}/s; the training is {still} at the end)"), beside.P50Ms / alone.P50Ms));

        var clock = Stopwatch.StartNew();
        await trainer.DeleteAsync($"/v1/runs/{run}", cancellation);
        await trainer.SeeAsync($"/v1/runs/{run}", seen => seen.GetProperty("status").GetString() == "cancelled", cancellation);
        bench.Results.Add(new Finding("learning: cancelling a training", Text($"{clock.Elapsed.TotalMilliseconds:0} ms until it is cancelled (aim: 1000 ms)"), clock.Elapsed.TotalMilliseconds));
        await MemoryAsync(bench, trainer, dataset, cancellation);
    }

    private static async Task MemoryAsync(Bench bench, Trainer trainer, string dataset, CancellationToken cancellation)
    {
        var id = (await trainer.PostAsync($"{dataset}/runs", new { learner = "gradient-boosted-trees", parameters = new { rounds = 50 } }, cancellation)).GetProperty("id").GetString();
        var run = await trainer.SeeAsync($"/v1/runs/{id}", seen => seen.GetProperty("status").GetString() is not ("queued" or "running"), cancellation);
        var result = run.GetProperty("result");
        var (peak, table) = (result.GetProperty("peakBytes").GetInt64(), result.GetProperty("datasetBytes").GetInt64());
        bench.Results.Add(new Finding(Memory, Text($"{peak / 1e6:0} MB at the most for a table of {table / 1e6:0} MB ({ManyRows:N0} × {Columns}; aim: 2 × table + 300 MB)"), peak - (2.0 * table)));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
