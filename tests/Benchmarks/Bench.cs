using Benchmarks.Load;
using Benchmarks.Measure;
using Benchmarks.Report;
using Benchmarks.Subjects;

namespace Benchmarks;

/// <summary>A running suite with everything that measures it; scenarios ask it for runs.</summary>
public sealed class Bench : IAsyncDisposable
{
    private readonly Worker<LoadPlan> generator = new("load");
    private readonly Worker<RawPlan> raw = new("raw");
    private readonly RawSearch rawSearch;
    private readonly Dictionary<string, RawPlan> rawShapes = [];
    private readonly Collector collector;
    private readonly Backlog backlog;
    private readonly Meter meter;
    private NoOpPair? noOp;

    private Bench(BenchOptions options, BenchFolders folders, Collector collector, BenchSuite suite, Caller caller)
    {
        (Options, Folders, this.collector, Suite, Caller) = (options, folders, collector, suite, caller);
        backlog = new Backlog(suite);
        rawSearch = new RawSearch(raw, glance: options.Quick ? 0.4 : 0.8);
        meter = new Meter(generator, collector, backlog, options.Seconds);
        Results = new Results(Machine.Describe(TestSupport.Repository.Root, folders.Root), options);
    }

    public BenchOptions Options { get; }

    public BenchFolders Folders { get; }

    public BenchSuite Suite { get; }

    public Caller Caller { get; }

    public Collector Collector => collector;

    public Worker<LoadPlan> Generator => generator;

    public Results Results { get; }

    /// <summary>The gateway, with an API key: recording, storage, outbox and consumers as they ship.</summary>
    public Subject Gateway => new()
    {
        Name = "gateway", Processes = () => Suite.Processes, Services = BenchSuite.Services, Records = true,
        Address = workload => new Uri(Suite.Gateway, $"/v1/models/{workload.Model}/predict"),
        Headers = _ => Task.FromResult(new Dictionary<string, string> { ["X-API-Key"] = Caller.Key }),
    };

    /// <summary>InferenceService itself, with a user's token.</summary>
    public Subject Direct => Gateway with
    {
        Name = "direct",
        Address = workload => new Uri(Suite.Inference, $"/v1/models/{workload.Model}/predict"),
        Headers = async cancellation => new Dictionary<string, string> { ["Authorization"] = $"Bearer {await Caller.TokenAsync(cancellation)}" },
    };

    public static async Task<Bench> StartAsync(BenchOptions options, CancellationToken cancellation)
    {
        var folders = BenchFolders.Find();
        ModelFolder.Make(folders);
        var collector = await Collector.StartAsync();
        var suite = await BenchSuite.StartAsync(folders, collector.Endpoint, options.SampledShare);
        try
        {
            return new Bench(options, folders, collector, suite, await Caller.RegisterAsync(suite.Gateway, cancellation));
        }
        catch
        {
            await suite.DisposeAsync();
            await collector.DisposeAsync();
            throw;
        }
    }

    public async Task<Workload> PhotosAsync(Photos photos, CancellationToken cancellation) => Workload.Of(photos, await photos.MakeAsync(Folders, cancellation));

    public async Task<Subject> NoOpAsync(CancellationToken cancellation) =>
        (noOp ??= await NoOpPair.StartAsync(Suite, cancellation)).Subject(Caller);

    public async Task<Run> MeasureAsync(
        string scenario, Subject subject, Workload workload, int inFlight, CancellationToken cancellation, double? perSecond = null, double? seconds = null) =>
        Results.Add(await meter.MeasureAsync(scenario, subject, workload, inFlight, perSecond, cancellation, seconds));

    /// <summary>The bare loop in the best shape of its grid, which is searched once for each workload.</summary>
    public async Task<Run> MeasureRawAsync(string scenario, Workload workload, CancellationToken cancellation)
    {
        if (!rawShapes.TryGetValue(workload.Name, out var best))
            rawShapes[workload.Name] = best = await rawSearch.FindAsync(RawPlanOf(workload), cancellation);
        return Results.Add(await rawSearch.MeasureAsync(scenario, workload, best with { Seconds = Options.Seconds }, cancellation));
    }

    /// <summary>The bare loop in an open loop: one item at a time on every core, or every core on one item, whichever answers sooner.</summary>
    public async Task<Run> MeasureRawAtRateAsync(string scenario, Workload workload, double perSecond, CancellationToken cancellation) =>
        Results.Add(await rawSearch.MeasureAtRateAsync(scenario, workload, RawPlanOf(workload) with { PerSecond = perSecond }, cancellation));

    public async ValueTask DisposeAsync()
    {
        generator.Dispose();
        raw.Dispose();
        if (noOp is not null)
            await noOp.DisposeAsync();
        await backlog.DisposeAsync();
        Caller.Dispose();
        await Suite.DisposeAsync();
        await collector.DisposeAsync();
    }

    private RawPlan RawPlanOf(Workload workload) => new()
    {
        Model = workload.IsImage ? ModelFolder.MobileNet(Folders) : Path.Combine(Folders.Models, ModelFolder.Rows, "1", "model.onnx"),
        Photos = workload.Photos, RowLength = 4, Threads = 1, Batch = 1, IntraOp = 1, Seconds = Options.Seconds,
    };
}
