using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace InferenceService.Execution;

/// <summary>Measures a model: a session per split of the threads, all its slots busy, batches of rising size, until the time is up.</summary>
internal sealed class ExecutionTuner(SessionFactory sessions, TimeSpan budget)
{
    private const int MinRuns = 3;
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(50);

    /// <summary>At least one measurement, however slow the model is.</summary>
    public List<Measurement> Measure(IReadOnlyList<ThreadSplit> splits, IReadOnlyList<int> batchSizes)
    {
        var found = new List<Measurement>();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < splits.Count; i++)
        {
            var left = budget - Stopwatch.GetElapsedTime(started);
            if (found.Count > 0 && left <= TimeSpan.Zero)
                break;
            found.AddRange(MeasureSplit(splits[i], batchSizes, left / (splits.Count - i)));
        }
        return found;
    }

    private List<Measurement> MeasureSplit(ThreadSplit split, IReadOnlyList<int> batchSizes, TimeSpan share)
    {
        var started = Stopwatch.GetTimestamp();
        using var session = sessions.Open(split.IntraOpThreads);
        var slots = Enumerable.Range(0, split.Slots).Select(_ => new ExecutionSlot(session, batchSizes[^1])).ToArray();
        try
        {
            var found = new List<Measurement>();
            foreach (var batchSize in batchSizes)
            {
                var left = share - Stopwatch.GetElapsedTime(started);
                var expected = found.Count == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(found[^1].BatchMilliseconds * batchSize / found[^1].BatchSize * (MinRuns + 2));
                if (expected > left || TuningChoice.IsSaturated(found))
                    break;
                found.Add(MeasureBatch(split, slots, session.Signature.FixedShape!, batchSize, left));
            }
            return found;
        }
        finally
        {
            foreach (var slot in slots)
                slot.Dispose();
        }
    }

    private static Measurement MeasureBatch(ThreadSplit split, ExecutionSlot[] slots, ItemShape shape, int batchSize, TimeSpan left)
    {
        var seconds = new double[slots.Length];
        ExceptionDispatchInfo? failure = null;
        var threads = slots.Select((slot, i) => new Thread(() =>
        {
            try
            {
                seconds[i] = MeasureSlot(slot, shape, batchSize, left);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e); // one of them is enough
            }
        }) { IsBackground = true, Name = "measure model" }).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        failure?.Throw();
        return new Measurement(split.Slots, split.IntraOpThreads, batchSize, seconds.Sum(each => batchSize / each), seconds.Average() * 1000);
    }

    /// <summary>Seconds per run: the lower quartile, which others who use the processor for a moment do not move.</summary>
    private static double MeasureSlot(ExecutionSlot slot, ItemShape shape, int batchSize, TimeSpan left)
    {
        var started = Stopwatch.GetTimestamp();
        slot.Prepare(shape, batchSize);
        slot.Run();
        var cold = Stopwatch.GetElapsedTime(started);
        if (cold * 2 > left)
            return cold.TotalSeconds;
        slot.Run(); // the first run may have told the outputs' shapes; from here on they are bound
        var runs = new List<double>();
        var from = Stopwatch.GetTimestamp();
        while (runs.Count == 0 || (Stopwatch.GetElapsedTime(started) < left && (runs.Count < MinRuns || Stopwatch.GetElapsedTime(from) < Window)))
        {
            var run = Stopwatch.GetTimestamp();
            slot.Run();
            runs.Add(Stopwatch.GetElapsedTime(run).TotalSeconds);
        }
        runs.Sort();
        return Math.Max(runs[runs.Count / 4], 1e-7);
    }
}
