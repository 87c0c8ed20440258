using Integration.AuthService;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

/// <summary>The gateway behind another proxy: whose word about the caller counts.</summary>
public class ProxyChainTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task A_proxy_that_is_known_is_believed()
    {
        await using var gateway = await StartNewAsync(_auth, [_inference.Address], Known("127.0.0.0/8"));
        Assert.That(await AddressSeenAsync(gateway, "203.0.113.9"), Is.EqualTo("203.0.113.9"));
    }

    [Test]
    public async Task One_that_is_not_is_the_caller_itself()
    {
        await using var gateway = await StartNewAsync(_auth, [_inference.Address]);
        Assert.That(await AddressSeenAsync(gateway, "203.0.113.9"), Is.EqualTo("127.0.0.1"));
        await using var other = await StartNewAsync(_auth, [_inference.Address], Known("10.0.0.0/8"));
        Assert.That(await AddressSeenAsync(other, "203.0.113.9"), Is.EqualTo("127.0.0.1"));
    }

    [Test]
    public async Task What_the_caller_told_the_proxy_is_not_believed()
    {
        await using var gateway = await StartNewAsync(_auth, [_inference.Address], Known("127.0.0.1"));
        Assert.That(await AddressSeenAsync(gateway, "1.2.3.4, 203.0.113.9"), Is.EqualTo("203.0.113.9"));
    }

    [Test]
    public async Task The_address_goes_on_in_the_form_that_may_be_kept()
    {
        var settings = Known("127.0.0.1");
        settings["Gateway:RequestLog:Addresses"] = "truncated";
        await using var gateway = await StartNewAsync(_auth, [_inference.Address], settings);
        Assert.That(await AddressSeenAsync(gateway, "203.0.113.9"), Is.EqualTo("203.0.113.0/24"));
    }

    [Test]
    public void A_proxy_that_is_no_address_does_not_start() =>
        Assert.That(async () => await StartNewAsync(_auth, [_inference.Address], Known("proxy.example.org")), Throws.Exception.With.Message.Contains("proxy.example.org"));

    private static Dictionary<string, string> Known(string proxy) => new() { ["Gateway:ForwardedHeaders:KnownProxies:0"] = proxy };

    private static async Task<string> AddressSeenAsync(GatewayApplication gateway, string forwardedFor) =>
        (await gateway.GetAsync("/v1/models", ("X-Forwarded-For", forwardedFor), ("X-Client-Address", "6.6.6.6")).ReadAsync())["headers"]!.Text("x-client-address");
}
