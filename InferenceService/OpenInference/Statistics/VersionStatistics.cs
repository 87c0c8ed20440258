using System.Diagnostics;
using InferenceService.Predictions;

namespace InferenceService.OpenInference.Statistics;

/// <summary>One version's sums. Runs of the model add to it from their threads, requests from theirs.</summary>
internal sealed class VersionStatistics(string model, string version, string? owner)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<int, Compute> bySize = [];
    private Sum success, fail, queue;
    private long inferences;
    private DateTimeOffset? last;

    /// <summary>Of a private model, also when that is gone.</summary>
    public string? Owner => owner;

    /// <summary>Before those who wait are answered, so that who asks after an answer finds it counted.</summary>
    /// <param name="input">Copying the items into the batch.</param>
    /// <param name="infer">The run itself.</param>
    public void Executed(int size, TimeSpan input, TimeSpan infer)
    {
        lock (gate)
        {
            var compute = Of_NeedsLock(size);
            compute.Input.Add(input);
            compute.Infer.Add(infer);
        }
    }

    /// <param name="output">Copying the items' outputs out of the batch.</param>
    public void Extracted(int size, TimeSpan output)
    {
        lock (gate)
            Of_NeedsLock(size).Output.Add(output);
    }

    /// <summary>One request is over, whatever became of its items.</summary>
    public void Answered(PredictionRun run, DateTimeOffset now)
    {
        var (took, succeeded) = (Stopwatch.GetElapsedTime(run.StartedAt), run.Items.Count(item => item.Result is not null));
        lock (gate)
        {
            (succeeded == run.Items.Count ? ref success : ref fail).Add(took);
            if (succeeded > 0)
                queue.Add(TimeSpan.FromMilliseconds(run.Items.Max(item => item.QueueMs)));
            inferences += succeeded;
            last = now;
        }
    }

    public ModelStat Snapshot()
    {
        lock (gate)
        {
            var total = new Compute();
            foreach (var compute in bySize.Values)
                total.Add(compute);
            return new ModelStat(
                model, version, last?.ToUnixTimeMilliseconds() ?? 0, inferences, total.Infer.Count,
                new InferenceStats(success.ToStat(), fail.ToStat(), queue.ToStat(), total.Input.ToStat(), total.Infer.ToStat(), total.Output.ToStat(), CacheHit: default),
                [.. bySize.Select(entry => new BatchStat(entry.Key, entry.Value.Input.ToStat(), entry.Value.Infer.ToStat(), entry.Value.Output.ToStat()))]);
        }
    }

    private Compute Of_NeedsLock(int size)
    {
        if (!bySize.TryGetValue(size, out var compute))
            bySize[size] = compute = new Compute();
        return compute;
    }

    private struct Sum
    {
        public long Count { get; private set; }

        private long ticks;

        public void Add(TimeSpan duration) => (Count, ticks) = (Count + 1, ticks + duration.Ticks);

        public void Add(Sum other) => (Count, ticks) = (Count + other.Count, ticks + other.ticks);

        public readonly DurationStat ToStat() => new(Count, ticks * TimeSpan.NanosecondsPerTick);
    }

    private sealed class Compute
    {
        public Sum Input, Infer, Output;

        public void Add(Compute other)
        {
            Input.Add(other.Input);
            Infer.Add(other.Infer);
            Output.Add(other.Output);
        }
    }
}
