using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Benchmarks.Load;

/// <summary>One plan at work: a thread per connection, each taking the next request that is due.</summary>
public sealed class LoadRun
{
    private const int TooManyFailures = 1000; // a server that refuses at once must not be hammered to the end of the plan
    private readonly LoadPlan plan;
    private readonly Payload[] payloads;
    private readonly double[]? due;
    private readonly List<double> latencies = [];
    private readonly Dictionary<string, int> failures = [];
    private long began;
    private int taken = -1, abandoned, failed, working;

    private LoadRun(LoadPlan plan)
    {
        this.plan = plan;
        payloads = Payloads.Of(plan);
        due = plan.PerSecond is { } rate ? ArrivalSchedule.Poisson(rate, plan.Seconds, seed: 20) : null;
    }

    public static LoadReport Execute(LoadPlan plan) => new LoadRun(plan).Execute();

    private LoadReport Execute()
    {
        var server = new IPEndPoint(IPAddress.Loopback, plan.Target.Port);
        var threads = Enumerable.Range(0, plan.Connections).Select(index => new Thread(() => Work(server, index), 256 * 1024)).ToList();
        var cpu = Environment.CpuUsage.TotalTime;
        began = Stopwatch.GetTimestamp();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new LoadReport
        {
            Seconds = seconds, Completed = latencies.Count, Abandoned = abandoned, Failures = failures, Latency = Latencies.Of(latencies),
            CpuSeconds = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, BodyBytes = payloads.Average(payload => payload.BodyBytes),
        };
    }

    private void Work(IPEndPoint server, int index)
    {
        using var connection = new Connection(server);
        var mine = new List<double>();
        var random = new Random(index);
        while (TryTakeNext(out var from))
        {
            var payload = payloads[Interlocked.Increment(ref working) % payloads.Length];
            try
            {
                connection.Send(payload);
                if (random.NextDouble() < plan.AbandonShare && !connection.HasAnswerWithin(TimeSpan.FromMilliseconds(random.NextDouble() * plan.AbandonWithinMs)))
                {
                    connection.Close();
                    Interlocked.Increment(ref abandoned);
                    continue;
                }
                var status = connection.Receive();
                if (status is >= 200 and < 300)
                    mine.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
                else
                    CountFailure($"{status}");
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                CountFailure((e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode.ToString() ?? e.Message);
                connection.Close();
            }
        }
        lock (latencies)
            latencies.AddRange(mine);
    }

    /// <summary>Waits until a request is due. False: the plan's time is over.</summary>
    /// <param name="from">What its latency is counted from: now, or in an open loop when it should have been sent.</param>
    private bool TryTakeNext(out long from)
    {
        from = Stopwatch.GetTimestamp();
        if (Volatile.Read(ref failed) > TooManyFailures)
            return false;
        if (due is null)
            return Stopwatch.GetElapsedTime(began, from).TotalSeconds < plan.Seconds;
        var next = Interlocked.Increment(ref taken);
        if (next >= due.Length)
            return false;
        from = began + (long)(due[next] * Stopwatch.Frequency);
        Clock.SleepUntil(from);
        return true;
    }

    private void CountFailure(string what)
    {
        Interlocked.Increment(ref failed);
        lock (failures)
            failures[what] = failures.GetValueOrDefault(what) + 1;
    }
}
