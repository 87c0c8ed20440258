using System.Collections.Concurrent;
using System.Net;
using Benchmarks.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace Unit.Benchmarks;

/// <summary>The generator before a real server.</summary>
[TestFixture]
public sealed class LoadRunTests
{
    private const string Json = $$"""{"number":1.{{LoadPlan.StampMark}}}""";

    [Test]
    public async Task An_open_loop_counts_latency_from_when_a_request_was_due()
    {
        await using var server = await Server.StartAsync(async context =>
        {
            await Task.Delay(20, context.RequestAborted);
            context.Response.StatusCode = 200;
        });

        // One connection manages 50 a second at best; asked for 200, the last of a second's waits for three more seconds.
        var report = LoadRun.Execute(server.Plan with { PerSecond = 200, Seconds = 1 });

        Assert.That(report.Latency.MaxMs, Is.GreaterThan(1000), "counted from when it was sent it would be some 20 ms");
    }

    [Test]
    public async Task An_answer_that_is_an_error_is_a_failure_and_no_latency()
    {
        var asked = 0;
        await using var server = await Server.StartAsync(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref asked) % 2 == 0 ? 503 : 200;
            return Task.CompletedTask;
        });

        var report = LoadRun.Execute(server.Plan with { Seconds = 0.3 });

        Assert.That(report.Failures.Keys, Is.EqualTo(new[] { "503" }));
        Assert.That(report.Failed, Is.EqualTo(report.Completed).Within(1));
        Assert.That(report.Latency.Count, Is.EqualTo(report.Completed));
    }

    [Test]
    public async Task Every_body_is_another()
    {
        var bodies = new ConcurrentQueue<string>();
        await using var server = await Server.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            bodies.Enqueue(await reader.ReadToEndAsync());
        });

        LoadRun.Execute(server.Plan with { Seconds = 0.3, Connections = 4 });

        Assert.That(bodies, Is.Unique.And.All.Matches(@"^\{""number"":1\.[0-9]{16}\}$"));
    }

    [Test]
    public async Task Callers_who_hang_up_are_counted_apart()
    {
        var gone = 0;
        await using var server = await Server.StartAsync(async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => Interlocked.Increment(ref gone), TaskScheduler.Default);
        });

        var report = LoadRun.Execute(server.Plan with { Seconds = 0.3, AbandonShare = 1, AbandonWithinMs = 10 });

        Assert.That(report.Abandoned, Is.GreaterThan(0));
        Assert.That((report.Completed, report.Failed), Is.EqualTo((0, 0)));
    }

    private sealed class Server(WebApplication app) : IAsyncDisposable
    {
        public LoadPlan Plan { get; } = new() { Target = new Uri($"{app.Urls.Single()}/predict"), Json = Json, Connections = 1, Seconds = 1 };

        public static async Task<Server> StartAsync(RequestDelegate answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            app.MapPost("/predict", answer);
            await app.StartAsync();
            return new Server(app);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
