using System.Diagnostics.Metrics;
using InferenceService.Models;
using InferenceService.OpenInference.Statistics;
using InferenceService.Predictions;
using ServiceDefaults.Telemetry;

namespace InferenceService;

/// <summary>The service's meters; names after OpenTelemetry's conventions, durations in seconds.</summary>
public sealed class InferenceMetrics
{
    private readonly Counter<long> predictions;
    private readonly Counter<long> refusals;
    private readonly Counter<long> failures;
    private readonly Counter<long> wasted;
    private readonly Histogram<int> batchSize;
    private readonly Histogram<double> batchFill;
    private readonly Histogram<double> executeTime;
    private readonly Histogram<double> queueTime;
    private readonly Histogram<double> recordTime;
    private readonly Histogram<double> confidence;

    public InferenceMetrics(IMeterFactory meters, ModelHost host)
    {
        var meter = meters.Create(SuiteTelemetry.Name);
        meter.CreateObservableGauge(
            "suite.queue.depth", () => host.All.Select(served => new Measurement<int>(served.Waiting, Model(served.Manifest.Name), new("version", served.Manifest.Version))), "{item}", "Items that wait for a model.");
        predictions = meter.CreateCounter<long>("suite.predictions", "{prediction}", "Items predicted.");
        refusals = meter.CreateCounter<long>("suite.refusals", "{request}", "Requests refused, by reason.");
        failures = meter.CreateCounter<long>("suite.execution.failures", "{item}", "Items that the model could not run.");
        wasted = meter.CreateCounter<long>("suite.execution.wasted", "{item}", "Items run although their caller had left meanwhile.");
        batchSize = meter.CreateHistogram<int>("suite.batch.size", "{item}", "Items that shared one run.");
        batchFill = meter.CreateHistogram<double>("suite.batch.fill", "1", "Batch size over the limit.");
        executeTime = meter.CreateHistogram<double>("suite.execute.duration", "s", "One batch in the model.");
        queueTime = meter.CreateHistogram<double>("suite.queue.duration", "s", "From the queue's tail to the start of the batch.");
        recordTime = meter.CreateHistogram<double>("suite.record.duration", "s", "From the answer being known to being durable.");
        confidence = meter.CreateHistogram<double>("suite.confidence", "1", "Confidence of the best label.");
    }

    /// <summary>The same activity as sums since the start, for the Open Inference Protocol's statistics.</summary>
    public ServingStatistics Statistics { get; } = new();

    public void Executed(string model, int size, int limit, TimeSpan duration)
    {
        var tag = Model(model);
        batchSize.Record(size, tag);
        batchFill.Record((double)size / limit, tag);
        executeTime.Record(duration.TotalSeconds, tag);
    }

    public void ExecutionFailed(string model) => failures.Add(1, Model(model));

    public void Wasted(string model) => wasted.Add(1, Model(model));

    public void Predicted(string model, string version, TimeSpan queued, double? best)
    {
        predictions.Add(1, Model(model), new("version", version));
        queueTime.Record(queued.TotalSeconds, Model(model));
        if (best is { } value)
            confidence.Record(value, Model(model));
    }

    public void Answered(PredictionRun run, DateTimeOffset now) => Statistics.Of(run.Manifest).Answered(run, now);

    public void Recorded(TimeSpan duration) => recordTime.Record(duration.TotalSeconds);

    public void Refused(string reason) => refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

    private static KeyValuePair<string, object?> Model(string model) => new("model", model);
}
