using System.Net;
using System.Net.Http.Headers;
using Gateway.Routing;
using Integration.AuthService;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using Yarp.ReverseProxy.Configuration;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

public class ForwardingTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private GatewayApplication _gateway = null!;
    private string _token = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
        _gateway = await StartNewAsync(_auth, [_inference.Address], services: services => services.AddSingleton<IProxyConfigFilter, HastyTasks>());
        await _gateway.WaitUntilReadyAsync();
        _token = await _auth.NewUserTokenAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task A_sane_request_id_is_kept_from_end_to_end()
    {
        using var response = await _gateway.GetAsync("/v1/models", ("X-Request-Id", "abc-1"));
        Assert.That((await response.ReadAsync())["headers"]!.Text("x-request-id"), Is.EqualTo("abc-1"));
        Assert.That(response.Headers.GetValues("X-Request-Id"), Is.EqualTo(new[] { "abc-1" }));
    }

    [TestCase("/v1/models", "")]
    [TestCase("/v1/models", "<script>")]
    [TestCase("/nothing", "not sane")]
    [TestCase("/v1/auth/me", "not sane")]
    public async Task Otherwise_every_answer_gets_one_errors_too(string path, string id)
    {
        using var response = await _gateway.GetAsync(path, ("X-Request-Id", id));
        Assert.That(response.Headers.GetValues("X-Request-Id").Single(), Does.Match("^[0-9a-f]{32}$"));
    }

    [Test]
    public async Task Problems_carry_the_request_id() =>
        Assert.That((await _gateway.GetAsync("/v1/auth/me", ("X-Request-Id", "abc-2")).ReadAsync(HttpStatusCode.Unauthorized)).Text("requestId"), Is.EqualTo("abc-2"));

    [Test]
    public async Task Browsers_are_told_to_be_careful()
    {
        using var response = await _gateway.GetAsync("/v1/models");
        Assert.That(response.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
        Assert.That(response.Headers.GetValues("X-Frame-Options"), Is.EqualTo(new[] { "DENY" }));
        Assert.That(response.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("default-src 'none'"));
        Assert.That(response.Headers.Server, Is.Empty);
    }

    [Test]
    public async Task A_large_image_streams_through() =>
        Assert.That((await PredictAsync(new ByteArrayContent(new byte[33 * 1024 * 1024])).ReadAsync())["bytes"]!.GetValue<long>(), Is.EqualTo(33 * 1024 * 1024));

    [Test]
    public async Task A_body_over_the_limit_is_413_and_names_the_limit()
    {
        var problem = await _gateway.SendAsync(HttpMethod.Post, "/predict", new ByteArrayContent(new byte[1024 * 1024 + 1])).ReadAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(problem.Text("detail"), Does.Contain("1048576"));
        Assert.That(problem.Field(), Is.EqualTo("body"));
    }

    [Test]
    public async Task A_body_without_declared_length_is_counted()
    {
        var body = new StreamContent(new MemoryStream(new byte[2 * 1024 * 1024]));
        var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = body };
        request.Headers.TransferEncodingChunked = true;
        var problem = await _gateway.Client.SendAsync(request).ReadAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(problem.Text("detail"), Does.Contain("1048576"));
    }

    [Test]
    public async Task A_service_that_is_away_is_503_with_retry_after()
    {
        await using var gateway = await StartNewAsync(_auth, ["http://127.0.0.1:9"]);
        using var response = await gateway.GetAsync("/v1/models");
        Assert.That((await response.ReadAsync(HttpStatusCode.ServiceUnavailable)).Text("code"), Is.EqualTo("inference-unavailable"));
        Assert.That(response.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(await gateway.GetAsync("/health/ready").StatusAsync(), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await gateway.GetAsync("/health/live").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_service_that_is_not_configured_is_503() =>
        Assert.That((await _gateway.GetAsync("/v1/insights/usage", Bearer(_token)).ReadAsync(HttpStatusCode.ServiceUnavailable)).Text("code"), Is.EqualTo("feedback-unavailable"));

    [Test]
    public async Task A_service_that_takes_too_long_is_504() =>
        Assert.That((await _gateway.GetAsync("/v1/tasks/hang?too-long", Bearer(_token)).ReadAsync(HttpStatusCode.GatewayTimeout)).Text("code"), Is.EqualTo("timeout"));

    [Test]
    public async Task A_client_that_goes_away_is_noticed_by_the_service()
    {
        await using var patient = await StartNewAsync(_auth, [_inference.Address]);
        using var cancel = new CancellationTokenSource();
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/tasks/hang?goes-away") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _token) } };
        var call = patient.Client.SendAsync(request, cancel.Token);
        await _inference.Arrived.GetOrAdd("?goes-away", _ => new()).Task.WaitAsync(Eventually.Deadline);
        await cancel.CancelAsync();
        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
        await _inference.Aborted.GetOrAdd("?goes-away", _ => new()).Task.WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task Errors_of_the_open_inference_protocol_have_its_form() =>
        Assert.That((await _gateway.GetAsync("/v2/models/x", Key("isk_wrong")).ReadAsync(HttpStatusCode.Unauthorized)).Text("error"), Does.Contain("API key"));

    [Test]
    public async Task Over_its_limit_a_key_is_429_and_hears_when_to_come_back()
    {
        var key = (await _auth.NewKeyAsync(_token, new { name = "slow", requestsPerMinute = 2 })).Text("key");
        for (var i = 0; i < 2; i++)
            await _gateway.GetAsync("/v1/models", Key(key)).ReadAsync();
        using var refused = await _gateway.GetAsync("/v1/models", Key(key));
        Assert.That((await refused.ReadAsync(HttpStatusCode.TooManyRequests)).Text("detail"), Does.Contain("2 requests a minute"));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.FromSeconds(1)).And.LessThanOrEqualTo(TimeSpan.FromSeconds(31)));
        Assert.That(refused.Headers.GetValues("RateLimit-Limit"), Is.EqualTo(new[] { "2" }));
        Assert.That(refused.Headers.GetValues("RateLimit-Remaining"), Is.EqualTo(new[] { "0" }));
    }

    [Test]
    public async Task Replicas_share_the_work_and_a_dead_one_is_left_out()
    {
        var dying = await Upstream.StartNewAsync();
        await using var living = await Upstream.StartNewAsync();
        await using var gateway = await StartNewAsync(_auth, [dying.Address, living.Address]);
        for (var i = 0; i < 40; i++)
            await gateway.GetAsync("/v1/models").ReadAsync();
        Assert.That(dying.Requests, Is.GreaterThan(0));
        Assert.That(living.Requests, Is.GreaterThan(0));

        var address = dying.Address;
        await dying.DisposeAsync();
        var answeredInARow = 0;
        await Eventually.IsTrueAsync(
            async () => (answeredInARow = await gateway.GetAsync("/v1/models").StatusAsync() == HttpStatusCode.OK ? answeredInARow + 1 : 0) == 30,
            "the dead replica gets no requests any more", () => gateway.Log);

        await using var back = await Upstream.StartNewAsync(address);
        await Eventually.IsTrueAsync(
            async () => await gateway.GetAsync("/v1/models").StatusAsync() == HttpStatusCode.OK && back.Requests > 0,
            "it gets requests again when it is back", () => gateway.Log);
    }

    private Task<HttpResponseMessage> PredictAsync(HttpContent body) => _gateway.SendAsync(HttpMethod.Post, "/v1/models/mask-detector/predict", body, Bearer(_token));

    /// <summary>Gives tasks no time, so that a test does not need a minute.</summary>
    private sealed class HastyTasks : IProxyConfigFilter
    {
        public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => ValueTask.FromResult(cluster);

        public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
            ValueTask.FromResult(route.RouteId == new GatewayRoute("/v1/tasks/{**rest}", RouteTable.Inference).Id ? route with { Timeout = TimeSpan.FromMilliseconds(300) } : route);
    }
}
