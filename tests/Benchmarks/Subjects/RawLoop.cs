using System.Diagnostics;
using Benchmarks.Load;
using Benchmarks.Measure;
using Imaging;
using Microsoft.ML.OnnxRuntime;

namespace Benchmarks.Subjects;

/// <summary>
/// What the machine can do with the suite's own decoder and ONNX Runtime, and nothing around them: threads that take
/// photos, decode and preprocess them, and run the model. The upper bound that everything else is compared with.
/// </summary>
public sealed class RawLoop : IDisposable
{
    private readonly RawPlan plan;
    private readonly InferenceSession session;
    private readonly ImageDecoder decoder = new(new ImageLimits { MaxConcurrentDecodes = 64 });
    private readonly ImagePreprocessor preprocessor;
    private readonly byte[][] photos;
    private readonly double[]? due;
    private readonly List<double> latencies = [];
    private long began;
    private int taken = -1, nextDue = -1;

    private RawLoop(RawPlan plan)
    {
        this.plan = plan;
        using var options = new SessionOptions { IntraOpNumThreads = plan.IntraOp, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // as InferenceService has it
        session = new InferenceSession(plan.Model, options);
        preprocessor = new ImagePreprocessor(new ImageInput
        {
            Width = 224, Height = 224, Resize = ResizeMode.CoverCrop, ResizeShorterSide = 256,
            Mean = [0.485f, 0.456f, 0.406f], Std = [0.229f, 0.224f, 0.225f],
        });
        photos = plan.Photos is null ? [] : [.. Directory.EnumerateFiles(plan.Photos, "*.jpg").Select(File.ReadAllBytes)];
        due = plan.PerSecond is { } rate ? ArrivalSchedule.Poisson(rate, plan.Seconds, seed: 20) : null;
    }

    public static LoadReport Execute(RawPlan plan)
    {
        using var loop = new RawLoop(plan);
        loop.Run(0.3); // warm: code, pools and the session's memory
        return loop.Run(plan.Seconds);
    }

    public void Dispose() => session.Dispose();

    private LoadReport Run(double seconds)
    {
        latencies.Clear();
        nextDue = -1;
        var threads = Enumerable.Range(0, plan.Threads).Select(_ => new Thread(() => Work(seconds))).ToList();
        var (cpu, machine) = (Environment.CpuUsage.TotalTime, ProcessTree.MachineSeconds());
        began = Stopwatch.GetTimestamp();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        return new LoadReport
        {
            Seconds = Stopwatch.GetElapsedTime(began).TotalSeconds, Completed = latencies.Count, Latency = Latencies.Of(latencies), CpuSeconds = used,
            OtherCpuSeconds = Math.Max(0, ProcessTree.MachineSeconds() - machine - used), BodyBytes = photos.Length == 0 ? 0 : photos.Average(photo => photo.Length),
        };
    }

    private void Work(double seconds)
    {
        var length = plan.Photos is null ? plan.RowLength : preprocessor.Length;
        long[] shape = plan.Photos is null ? [plan.Batch, length] : [plan.Batch, .. preprocessor.Shape.Select(side => (long)side)];
        var input = GC.AllocateArray<float>(plan.Batch * length, pinned: true);
        using var run = new RunOptions();
        using var tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input.AsMemory(), shape);
        var mine = new List<double>();
        while (TryTake(seconds, out var from))
        {
            for (var i = 0; photos.Length > 0 && i < plan.Batch; i++)
            {
                using var pixels = decoder.Decode(photos[Interlocked.Increment(ref taken) % photos.Length], CancellationToken.None);
                preprocessor.Write(pixels, input.AsSpan(i * length, length));
            }
            using var results = session.Run(run, session.InputNames, [tensor], session.OutputNames);
            var took = Stopwatch.GetElapsedTime(from).TotalMilliseconds;
            for (var i = 0; i < plan.Batch; i++)
                mine.Add(took);
        }
        lock (latencies)
            latencies.AddRange(mine);
    }

    private bool TryTake(double seconds, out long from)
    {
        from = Stopwatch.GetTimestamp();
        if (due is null || seconds < plan.Seconds)
            return Stopwatch.GetElapsedTime(began, from).TotalSeconds < seconds;
        var next = Interlocked.Increment(ref nextDue);
        if (next >= due.Length)
            return false;
        from = began + (long)(due[next] * Stopwatch.Frequency);
        Clock.SleepUntil(from);
        return true;
    }
}
