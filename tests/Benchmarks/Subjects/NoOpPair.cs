using System.Diagnostics;
using InferenceSuite.AppHost;
using TestSupport;

namespace Benchmarks.Subjects;

/// <summary>The gateway as it ships, with the suite's own keys and limits, before a service that does nothing.</summary>
public sealed class NoOpPair : IAsyncDisposable
{
    private const string GatewayName = "noop-gateway";
    private readonly Server service, gateway;

    private NoOpPair(Server service, Server gateway, Uri address) => (this.service, this.gateway, Address) = (service, gateway, address);

    public Uri Address { get; }

    public Subject Subject(Caller caller) => new()
    {
        Name = "no-op",
        Address = workload => new Uri(Address, $"/v1/models/{workload.Model}/predict"),
        Headers = _ => Task.FromResult(new Dictionary<string, string> { ["X-API-Key"] = caller.Key }),
        Processes = () => new Dictionary<string, int> { ["gateway"] = gateway.Pid, ["service"] = service.Pid },
        Services = [GatewayName],
    };

    public static async Task<NoOpPair> StartAsync(BenchSuite suite, CancellationToken cancellation)
    {
        var servicePort = Ports.PickFree();
        var service = await Server.StartAsync("the no-op service", Bare(Server.Self("noop", $"{servicePort}")), new Uri($"http://127.0.0.1:{servicePort}/health/ready"), cancellation);
        try
        {
            var address = new Uri($"http://127.0.0.1:{Ports.PickFree()}");
            var command = new ProcessStartInfo("dotnet", [Repository.Path("artifacts", "bin", "Gateway", "release", "Gateway.dll")]) { WorkingDirectory = Repository.Path("Gateway") };
            command.Environment.Clear();
            foreach (var (name, value) in suite.EnvironmentOf("gateway"))
                command.Environment[name] = value;
            command.Environment["ASPNETCORE_URLS"] = address.ToString();
            command.Environment["OTEL_SERVICE_NAME"] = GatewayName;
            command.Environment["Gateway__RateLimits__UserRequestsPerMinute"] = "10000000"; // also for who sends no credentials
            command.Environment["services__inference-0__http__0"] = $"http://127.0.0.1:{servicePort}";
            return new NoOpPair(service, await Server.StartAsync("the no-op pair's gateway", command, new Uri(address, "/health/live"), cancellation), address);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await service.DisposeAsync();
    }

    private static ProcessStartInfo Bare(ProcessStartInfo command)
    {
        command.Environment["DOTNET_gcServer"] = "0";
        return command;
    }
}
