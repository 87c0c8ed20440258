using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

// Toys by name: ToyAppHost --toys steady,stubborn. Each is a few lines of shell, and waits for the toy before it.
var builder = DistributedApplication.CreateBuilder(args);
var toys = new Dictionary<string, string>
{
    ["steady"] = "trap 'echo steady stops; exit 0' TERM; echo steady runs; while :; do sleep 0.1; done",
    ["follower"] = "trap 'echo follower stops; exit 0' TERM; while :; do sleep 0.1; done",
    ["stubborn"] = "trap '' TERM; sleep 1000 & while :; do sleep 0.1; done",
    ["broken"] = "echo the disk is on fire; exit 3",
    ["homeless"] = "echo never said",
    ["sleepy"] = "echo still asleep; while :; do sleep 0.1; done",
};
builder.Services.AddHealthChecks()
    .AddCheck("awake", () => HealthCheckResult.Healthy())
    .AddCheck("asleep", () => HealthCheckResult.Unhealthy("it sleeps"));

IResourceBuilder<ExecutableResource>? before = null;
foreach (var name in builder.Configuration["toys"]!.Split(','))
{
    var toy = builder.AddExecutable(name, "bash", name is "homeless" ? "no/such/folder" : ".", "-c", toys[name])
        .WithHealthCheck(name is "broken" or "sleepy" ? "asleep" : "awake");
    if (before is not null)
        toy.WaitFor(before);
    before = toy;
}

builder.Build().Run();
