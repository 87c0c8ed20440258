using System.Net;
using System.Net.Sockets;
using InferenceService.Models;
using InferenceService.OpenInference;
using InferenceService.OpenInference.Repository;
using InferenceService.Registry;
using NUnit.Framework;

namespace Unit.InferenceService.OpenInference;

/// <summary>A version that is not in memory, while the registry takes the question and never answers.</summary>
[TestFixture, CancelAfter(30_000)]
public sealed class ModelReadinessTests
{
    private readonly TcpListener silent = new(IPAddress.Loopback, 0);
    private HttpClient http = null!;

    [SetUp]
    public void Listen()
    {
        silent.Start();
        http = new HttpClient { BaseAddress = new Uri($"http://{silent.LocalEndpoint}") };
    }

    [TearDown]
    public void Close()
    {
        http.Dispose();
        silent.Dispose();
    }

    [Test]
    public async Task A_registry_that_takes_too_long_says_nothing_against_a_version(CancellationToken cancellation)
    {
        http.Timeout = TimeSpan.FromMilliseconds(50);
        Assert.That(await AskAsync(cancellation), Is.True);
    }

    [Test]
    public void Who_leaves_is_not_answered(CancellationToken cancellation)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        leaving.CancelAfter(50);
        Assert.That(() => AskAsync(leaving.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private Task<bool> AskAsync(CancellationToken cancellation)
    {
        var host = new ModelHost();
        var residency = new Residency(host, new FollowerSignal(), TimeProvider.System);
        return HealthApi.MayBecomeReadyAsync("m", "2", host, residency, new RegistryClient(http), cancellation);
    }
}
