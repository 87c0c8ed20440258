using System.Net;
using Integration.AuthService;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

/// <summary>A key's daily quota of requests, counted in AuthService and spent at the gateways.</summary>
public class QuotaTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private GatewayApplication _one = null!;
    private GatewayApplication _other = null!;
    private string _token = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
        var settings = new Dictionary<string, string> { ["Gateway:RateLimits:QuotaLease"] = "7" };
        _one = await StartNewAsync(_auth, [_inference.Address], settings);
        _other = await StartNewAsync(_auth, [_inference.Address], settings);
        _token = await _auth.NewUserTokenAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _other.DisposeAsync();
        await _one.DisposeAsync();
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task Fifty_connections_at_two_gateways_never_get_more_than_the_quota()
    {
        var key = (await _auth.NewKeyAsync(_token, new { name = "raced", dailyQuota = new { requests = 100 } })).Text("key");
        var before = _inference.Requests;
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async connection =>
        {
            var gateway = connection % 2 == 0 ? _one : _other;
            var mine = new List<HttpStatusCode>();
            for (var i = 0; i < 4; i++)
                mine.Add(await gateway.GetAsync("/v1/models", Key(key)).StatusAsync());
            return mine;
        }));
        var all = answers.SelectMany(mine => mine).ToArray();
        var served = all.Count(status => status == HttpStatusCode.OK);
        Assert.That(all, Is.All.EqualTo(HttpStatusCode.OK).Or.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(served, Is.LessThanOrEqualTo(100).And.GreaterThan(100 - 7)); // what one gateway holds, the other does not get
        Assert.That(_inference.Requests - before, Is.EqualTo(served));
    }

    [Test]
    public async Task Over_it_the_answer_names_the_unit_and_when_the_day_ends()
    {
        var key = (await _auth.NewKeyAsync(_token, new { name = "one a day", dailyQuota = new { requests = 1 } })).Text("key");
        await _one.GetAsync("/v1/models", Key(key)).ReadAsync();
        using var refused = await _one.GetAsync("/v1/models", Key(key));
        var problem = await refused.ReadAsync(HttpStatusCode.TooManyRequests);
        Assert.That(problem.Text("code"), Is.EqualTo("daily-quota"));
        Assert.That(problem.Text("detail"), Does.Contain("requests"));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromDays(1)));
    }

    [Test]
    public async Task A_key_without_a_quota_asks_nobody()
    {
        var key = await _auth.NewKeyAsync(_token);
        for (var i = 0; i < 20; i++)
            await _one.GetAsync("/v1/models", Key(key.Text("key"))).ReadAsync();
        Assert.That(await _auth.DumpAsync("quota_use"), Does.Not.Contain(key.Text("id")));
    }
}
