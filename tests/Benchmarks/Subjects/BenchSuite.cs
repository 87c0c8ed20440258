using InferenceSuite.AppHost;
using TestSupport;

namespace Benchmarks.Subjects;

/// <summary>The suite as it ships, on a state folder and ports of the bench's own; the collector behind it is the bench.</summary>
public sealed class BenchSuite : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(8), StopDeadline = TimeSpan.FromMinutes(2);
    private const string Discarded = "discarded-";
    private static readonly string[] Names = ["gateway", "inference-0", "storage", "feedback", "auth", "training", "postgres", "rabbitmq"];
    private readonly Dictionary<string, string> environment;
    private readonly BenchFolders folders;

    private BenchSuite(BenchFolders folders, string collector, double sampledShare)
    {
        this.folders = folders;
        var port = Ports.PickFree();
        Gateway = new Uri($"http://127.0.0.1:{port}");
        environment = new()
        {
            ["SUITE_HOME"] = folders.Home,
            ["SUITE_PORT"] = $"{port}",
            ["SUITE_DASHBOARD_PORT"] = "off",
            ["SUITE_MODELS"] = folders.Models,
            ["DOTNET_ENVIRONMENT"] = "Production",
            // What is measured is not how requests are refused.
            ["Auth__Keys__MaxRequestsPerMinute"] = $"{Caller.MostPerMinute}",
            ["Gateway__RateLimits__MaxKeyRequestsPerMinute"] = $"{Caller.MostPerMinute}",
            ["Gateway__Connections__MaxConnectionsPerAddress"] = "1000000",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = $"{Measure.Collector.ExportMilliseconds}",
            ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
            ["OTEL_TRACES_SAMPLER_ARG"] = sampledShare.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The services' names in telemetry.</summary>
    public static IReadOnlyList<string> Services { get; } = ["gateway", "inference", "storage", "feedback", "auth", "training"];

    public Uri Gateway { get; }

    /// <summary>InferenceService itself, for callers that go around the gateway.</summary>
    public Uri Inference => new(RunningResource.Find(folders.Home, "inference-0").Url!);

    /// <summary>Every resource's process, and the AppHost for what is below none of them.</summary>
    public Dictionary<string, int> Processes => Names
        .Select(name => KeyValuePair.Create(name, RunningResource.Find(folders.Home, name).Pid!.Value))
        .Append(KeyValuePair.Create("apphost", RunningResource.AppHost(folders.Home).Pid!.Value))
        .ToDictionary();

    /// <summary>Starts from nothing: figures must not depend on what an earlier run left in the tables.</summary>
    public static async Task<BenchSuite> StartAsync(BenchFolders folders, string collector, double sampledShare)
    {
        var suite = new BenchSuite(folders, collector, sampledShare);
        try
        {
            await suite.CommandAsync(StopDeadline, "down"); // of a bench that was killed
            if (Directory.Exists(folders.Home))
                Directory.Move(folders.Home, Path.Combine(folders.Root, Discarded + Guid.NewGuid().ToString("N")));
            await suite.CommandAsync(StartDeadline, "up", "--detach", "--yes");
            return suite;
        }
        catch
        {
            await suite.DisposeAsync();
            throw;
        }
    }

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={new Uri(RunningResource.Find(folders.Home, "postgres").Url!).Port};Username=app;Password={Secret("postgres-password")};Database={database}";

    /// <summary>The environment that the AppHost gave a resource's process.</summary>
    public Dictionary<string, string> EnvironmentOf(string resource) =>
        File.ReadAllText($"/proc/{RunningResource.Find(folders.Home, resource).Pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>
    /// What earlier runs left goes after the measurement: ext4 steps around the inodes of files deleted in the last minute,
    /// one by one, which made a quarter of what StorageService's puts cost.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await CommandAsync(StopDeadline, "down");
        foreach (var folder in Directory.EnumerateDirectories(folders.Root, Discarded + "*"))
            Directory.Delete(folder, recursive: true);
    }

    public string Secret(string name) => File.ReadAllText(Path.Combine(folders.Home, "secrets", name)).Trim();

    private async Task CommandAsync(TimeSpan deadline, params string[] words)
    {
        var (exitCode, output) = await SuiteCommand.RunAsync(environment, deadline, words);
        if (exitCode != 0)
            throw new InvalidOperationException($"./suite {string.Join(' ', words)} failed:{Environment.NewLine}{output}");
    }
}
