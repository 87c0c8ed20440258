using System.Diagnostics;
using InferenceSuite.AppHost;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NUnit.Framework;

namespace TestSupport;

/// <summary>A private S3 server: Ceph's radosgw. A test that asks for it where it is not installed is skipped, and counted so.</summary>
public sealed class RadosGateway : ServerProcess
{
    private static readonly string[] Programs = ["radosgw", "radosgw-admin", "ceph", "ceph-mon", "ceph-osd"];
    private static readonly HttpClient Http = new();
    private readonly int _monitorPort = Ports.PickFree(), _osdPort = Ports.PickFree();

    private RadosGateway()
        : base("radosgw", stopSignal: "TERM")
    {
    }

    public string AccessKey => "for-tests-only";

    public string Url => $"http://127.0.0.1:{Port}";

    public static async Task<RadosGateway> StartNewAsync()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!Programs.All(program => folders.Any(folder => File.Exists(Path.Combine(folder, program)))))
            Assert.Ignore("No S3 server is installed: apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd");
        var server = new RadosGateway();
        await server.StartAsync();
        return server;
    }

    private protected override string Script => Repository.Path("tests", "TestSupport", "servers", "radosgw.sh");

    private protected override void SetEnvironment(ProcessStartInfo command)
    {
        command.Environment["RADOSGW_MON_PORT"] = $"{_monitorPort}";
        command.Environment["RADOSGW_OSD_PORT"] = $"{_osdPort}";
        command.Environment["S3_ACCESS_KEY"] = AccessKey;
        command.Environment["S3_SECRET_KEY"] = Password;
    }

    private protected override async Task<HealthCheckResult> CheckAsync(CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(DataFolder, "data", "ready")))
            return HealthCheckResult.Unhealthy("It is being set up.");
        try
        {
            using var answer = await Http.GetAsync(Url, cancellation);
            return answer.IsSuccessStatusCode ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"{answer.StatusCode}");
        }
        catch (HttpRequestException problem)
        {
            return HealthCheckResult.Unhealthy(problem.Message);
        }
    }
}
