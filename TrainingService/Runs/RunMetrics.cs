using System.Diagnostics.Metrics;
using ServiceDefaults.Telemetry;

namespace TrainingService.Runs;

/// <summary>The meters of runs.</summary>
internal sealed class RunMetrics
{
    private readonly UpDownCounter<int> running;
    private readonly Counter<long> ended;
    private readonly Histogram<double> stages;

    public RunMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(SuiteTelemetry.Name);
        running = meter.CreateUpDownCounter<int>("suite.runs.running", "{run}", "Runs that this replica works on.");
        ended = meter.CreateCounter<long>("suite.runs.ended", "{run}", "Runs that came to their end here, by kind and outcome.");
        stages = meter.CreateHistogram<double>("suite.run.stage.duration", "s", "What the stages of training runs take.");
    }

    /// <summary>Until the result is disposed.</summary>
    public IDisposable Running(RunKind kind)
    {
        var tag = new KeyValuePair<string, object?>("kind", Word(kind));
        running.Add(1, tag);
        return new Turn(() => running.Add(-1, tag));
    }

    /// <param name="outcome"><c>succeeded</c>, or the code of its error.</param>
    public void Ended(RunKind kind, string outcome) => ended.Add(1, new("kind", Word(kind)), new("outcome", outcome));

    public void Took(string stage, TimeSpan duration) => stages.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    private static string Word(RunKind kind) => kind.ToString().ToLowerInvariant();

    private sealed class Turn(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
