using System.Diagnostics.Metrics;
using ServiceDefaults.Telemetry;

namespace InferenceService.Tasks;

/// <summary>The meters of tasks.</summary>
internal sealed class TaskMetrics
{
    private readonly UpDownCounter<int> running;
    private readonly Counter<long> items;

    public TaskMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(SuiteTelemetry.Name);
        running = meter.CreateUpDownCounter<int>("suite.tasks.running", "{task}", "Tasks that this replica works on.");
        items = meter.CreateCounter<long>("suite.task.items", "{item}", "Items of tasks that were committed, by outcome.");
    }

    /// <summary>Until the result is disposed.</summary>
    public IDisposable Running(string model)
    {
        var tag = new KeyValuePair<string, object?>("model", model);
        running.Add(1, tag);
        return new Turn(() => running.Add(-1, tag));
    }

    public void Done(string model, int predicted, int failed)
    {
        items.Add(predicted, new("model", model), new("outcome", "predicted"));
        items.Add(failed, new("model", model), new("outcome", "failed"));
    }

    private sealed class Turn(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
