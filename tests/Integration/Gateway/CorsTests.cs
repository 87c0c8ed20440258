using System.Net;
using Integration.AuthService;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

public class CorsTests
{
    private const string Origin = "https://app.example.org";
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private GatewayApplication _gateway = null!;
    private GatewayApplication _closed = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
        _gateway = await StartNewAsync(_auth, [_inference.Address], new Dictionary<string, string> { ["Gateway:Cors:Origins:0"] = Origin });
        _closed = await StartNewAsync(_auth, [_inference.Address]);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _closed.DisposeAsync();
        await _gateway.DisposeAsync();
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task A_browser_may_ask_without_credentials_whether_it_may_ask_with_them()
    {
        using var answer = await PreflightAsync(_gateway, Origin, "/v1/models/mask-detector/tasks");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(Allowed(answer), Is.EqualTo(Origin));
        Assert.That(answer.Headers.GetValues("Access-Control-Allow-Headers").Single(), Does.Contain("X-API-Key"));
        Assert.That(answer.Headers.Contains("Access-Control-Allow-Credentials"), Is.False);
    }

    [Test]
    public async Task Answers_may_be_read_refusals_too()
    {
        foreach (var path in new[] { "/v1/models", "/v1/auth/me", "/nothing" })
        {
            using var answer = await _gateway.GetAsync(path, ("Origin", Origin));
            Assert.That(Allowed(answer), Is.EqualTo(Origin), path);
            Assert.That(answer.Headers.GetValues("Access-Control-Expose-Headers").Single(), Does.Contain("X-Request-Id").And.Contain("RateLimit-Remaining"));
        }
    }

    [Test]
    public async Task Other_pages_may_not()
    {
        using var preflight = await PreflightAsync(_gateway, "https://evil.example.org", "/v1/models");
        using var answer = await _gateway.GetAsync("/v1/models", ("Origin", "https://evil.example.org"));
        Assert.That((Allowed(preflight), Allowed(answer)), Is.EqualTo(((string?)null, (string?)null)));
    }

    [Test]
    public async Task Without_origins_nobody_may()
    {
        using var preflight = await PreflightAsync(_closed, Origin, "/v1/models");
        using var answer = await _closed.GetAsync("/v1/models", ("Origin", Origin));
        Assert.That((Allowed(preflight), Allowed(answer)), Is.EqualTo(((string?)null, (string?)null)));
    }

    [Test]
    public void Any_origin_with_credentials_does_not_start() =>
        Assert.That(
            async () => await StartNewAsync(_auth, [_inference.Address], new Dictionary<string, string> { ["Gateway:Cors:Origins:0"] = "*", ["Gateway:Cors:Credentials"] = "true" }),
            Throws.Exception.With.Message.Contains("Credentials"));

    private static Task<HttpResponseMessage> PreflightAsync(GatewayApplication gateway, string origin, string path) =>
        gateway.SendAsync(HttpMethod.Options, path, null, ("Origin", origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-api-key"));

    private static string? Allowed(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
}
