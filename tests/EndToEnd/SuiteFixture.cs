using System.Diagnostics;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd;

/// <summary>One suite for the whole tier, started as a user starts it, with a collector of ours behind it.</summary>
[SetUpFixture]
public sealed class SuiteFixture
{
    private static Suite? suite;
    private static OtlpReceiver? telemetry;
    private static TimeSpan startedIn;

    public static Suite Suite => suite ?? throw new InvalidOperationException("The suite is not running.");

    public static OtlpReceiver Telemetry => telemetry ?? throw new InvalidOperationException("The collector is not running.");

    [OneTimeSetUp]
    public async Task Start()
    {
        telemetry = await OtlpReceiver.StartNewAsync();
        var clock = Stopwatch.StartNew();
        suite = await Suite.StartNewAsync(new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = telemetry.Endpoint.ToString().TrimEnd('/'),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
            ["SUITE_MODELS"] = ModelFolder.Create(),
        });
        startedIn = clock.Elapsed;
        Figures.PrintMemory(suite, "when healthy");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (suite is not null)
        {
            await Figures.PrintAsync(suite, startedIn);
            await suite.DisposeAsync();
        }
        if (telemetry is not null)
            await telemetry.DisposeAsync();
        ModelFolder.Delete();
    }
}
