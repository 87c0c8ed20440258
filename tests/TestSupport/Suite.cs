using System.Diagnostics;
using InferenceSuite.AppHost;
using NUnit.Framework;

namespace TestSupport;

/// <summary>The whole suite, started by <c>./suite up</c> with a state folder and ports of its own.</summary>
public sealed class Suite : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(8), Deadline = TimeSpan.FromMinutes(2);
    private readonly Dictionary<string, string> _environment;

    private Suite(IReadOnlyDictionary<string, string>? settings)
    {
        Home = Repository.NewTemporaryFolder("run");
        var port = Ports.PickFree();
        Gateway = new($"http://127.0.0.1:{port}");
        _environment = new()
        {
            ["SUITE_HOME"] = Home,
            ["SUITE_PORT"] = $"{port}",
            ["SUITE_DASHBOARD_PORT"] = "off",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            _environment[name] = value;
    }

    /// <summary>The one address that clients know.</summary>
    public Uri Gateway { get; }

    public string Home { get; }

    public string AdminEmail => "admin@suite.local";

    public string AdminPassword => Secret("admin-password");

    /// <summary>For a subscriber outside the suite.</summary>
    public string RabbitMqUri => $"amqp://app:{Secret("rabbitmq-password")}@127.0.0.1:{new Uri(Find("rabbitmq").Url!).Port}";

    /// <summary>For looking behind the API, where a test has to.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={new Uri(Find("postgres").Url!).Port};Username=app;Password={Secret("postgres-password")};Database={database}";

    /// <summary>
    /// Starts the suite and waits until it is healthy. Settings are environment variables, such as
    /// <c>SUITE_REPLICAS_INFERENCE</c>, <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or any service's own (<c>Section__Key</c>).
    /// </summary>
    public static async Task<Suite> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var suite = new Suite(settings);
        try
        {
            await suite.UpAsync();
            return suite;
        }
        catch
        {
            await suite.DisposeAsync();
            throw;
        }
    }

    /// <summary><c>./suite up</c> on the same state folder, for a test that took everything down or killed the AppHost.</summary>
    public Task UpAsync() => RunAsync(StartDeadline, "up", "--detach", "--yes");

    public Task DownAsync() => RunAsync(Deadline, "down");

    /// <summary>A client that talks to the gateway.</summary>
    public HttpClient CreateClient() => new() { BaseAddress = Gateway };

    public RunningResource Find(string resource) => RunningResource.Find(Home, resource);

    /// <summary>Keeps a resource down, in good order, until <see cref="StartResourceAsync"/>.</summary>
    public Task StopResourceAsync(string resource) => RunAsync(Deadline, "stop", resource);

    /// <summary>Starts a resource that was stopped, and waits until it is healthy.</summary>
    public Task StartResourceAsync(string resource) => RunAsync(Deadline, "start", resource);

    public Task RestartResourceAsync(string resource) => RunAsync(Deadline, "restart", resource);

    /// <summary>kill -9; the AppHost starts the resource again. Returns at once, see <see cref="WaitForRestartAsync"/>.</summary>
    public RunningResource Kill(string resource)
    {
        var killed = Find(resource);
        using var process = Process.GetProcessById(killed.Pid ?? throw new AssertionException($"{resource} is not running: {killed.State}"));
        process.Kill();
        return killed;
    }

    /// <summary>Waits until a resource that was killed is healthy again in a new process.</summary>
    public Task WaitForRestartAsync(RunningResource killed) => WaitForAsync(
        () => Find(killed.Name), now => now.State == "Healthy" && now.Pid != killed.Pid, $"{killed.Name} was not healthy again", killed.Name);

    /// <summary>The end of a resource's log, for a failure's message.</summary>
    public string Log(string resource)
    {
        var file = Path.Combine(Home, "logs", $"{resource}.log");
        return File.Exists(file) ? string.Join(Environment.NewLine, File.ReadLines(file).TakeLast(60)) : $"(no log of {resource})";
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        Directory.Delete(Home, recursive: true);
    }

    /// <summary>What another command prints, which has to succeed.</summary>
    public Task<string> OutputAsync(params string[] arguments) => RunAsync(Deadline, arguments);

    private async Task<string> RunAsync(TimeSpan deadline, params string[] arguments)
    {
        var (exitCode, output) = await SuiteCommand.RunAsync(_environment, deadline, arguments);
        Assert.That(exitCode, Is.Zero, $"./suite {string.Join(' ', arguments)}{Environment.NewLine}{output}");
        return output;
    }

    private async Task WaitForAsync<T>(Func<T> look, Predicate<T> isRight, string otherwise, string resource)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var clock = Stopwatch.StartNew();
        T seen;
        while (!isRight(seen = look()))
        {
            if (clock.Elapsed > Deadline)
                throw new AssertionException($"{otherwise} within {Deadline.TotalSeconds} s: {seen}{Environment.NewLine}{Log(resource)}");
            await pause.WaitForNextTickAsync();
        }
    }

    private string Secret(string name) => File.ReadAllText(Path.Combine(Home, "secrets", name)).Trim();
}
