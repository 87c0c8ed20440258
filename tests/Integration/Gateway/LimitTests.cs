using System.Net;
using Integration.AuthService;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

public class LimitTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private string _token = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
        _token = await _auth.NewUserTokenAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task Every_limited_answer_says_what_is_left()
    {
        await using var gateway = await StartAsync(("UserRequestsPerMinute", "60"), ("Burst", "00:00:10"));
        using var first = await gateway.GetAsync("/v1/models", Bearer(_token));
        using var second = await gateway.GetAsync("/v1/auth/me", Bearer(_token));
        Assert.That((Header(first, "RateLimit-Limit"), Header(first, "RateLimit-Remaining"), Header(first, "RateLimit-Reset"), Header(first, "RateLimit-Policy")), Is.EqualTo(("10", "9", "1", "10;w=10")));
        Assert.That(Header(second, "RateLimit-Remaining"), Is.EqualTo("8").Or.EqualTo("9")); // a second may have passed
    }

    [Test]
    public async Task An_address_has_a_limit_of_its_own_whoever_calls_from_there()
    {
        await using var gateway = await StartAsync(("AddressRequestsPerMinute", "3"));
        foreach (var caller in new[] { Bearer(_token), Key("isk_wrong"), ("Accept", "*/*") })
            (await gateway.GetAsync("/v1/models", caller)).Dispose();
        using var refused = await gateway.GetAsync("/v1/models", Bearer(await _auth.NewUserTokenAsync()));
        Assert.That((await refused.ReadAsync(HttpStatusCode.TooManyRequests)).Text("detail"), Does.Contain("AddressRequestsPerMinute"));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromSeconds(21)));
        Assert.That(Header(refused, "RateLimit-Remaining"), Is.EqualTo("0"));
    }

    [Test]
    public async Task Two_users_at_one_address_do_not_share_a_bucket()
    {
        await using var gateway = await StartAsync(("UserRequestsPerMinute", "1"));
        Assert.That(await gateway.GetAsync("/v1/models", Bearer(_token)).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await gateway.GetAsync("/v1/models", Bearer(_token)).StatusAsync(), Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await gateway.GetAsync("/v1/models", Bearer(await _auth.NewUserTokenAsync())).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task What_was_used_comes_back_with_time()
    {
        await using var gateway = await StartAsync(("UserRequestsPerMinute", "1"));
        await gateway.GetAsync("/v1/models", Bearer(_token)).ReadAsync();
        await gateway.GetAsync("/v1/models", Bearer(_token)).ReadAsync(HttpStatusCode.TooManyRequests);
        gateway.Time.Advance(TimeSpan.FromMinutes(1));
        await gateway.GetAsync("/v1/models", Bearer(_token)).ReadAsync();
    }

    [Test]
    public async Task A_caller_with_too_many_requests_under_way_waits_for_one_to_end()
    {
        await using var gateway = await StartAsync(("ConcurrentRequests", "2"));
        using var cancel = new CancellationTokenSource();
        var hanging = new[] { "?slot-1", "?slot-2" }.Select(name => gateway.Client.SendAsync(Request($"/v1/tasks/hang{name}"), cancel.Token)).ToArray();
        foreach (var name in new[] { "?slot-1", "?slot-2" })
            await _inference.Arrived.GetOrAdd(name, _ => new()).Task.WaitAsync(Eventually.Deadline);

        using var refused = await gateway.GetAsync("/v1/models", Bearer(_token));
        Assert.That((await refused.ReadAsync(HttpStatusCode.TooManyRequests)).Text("code"), Is.EqualTo("too-many-at-once"));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero));
        Assert.That(await gateway.GetAsync("/v1/models", Bearer(await _auth.NewUserTokenAsync())).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), "others are not held up");

        await cancel.CancelAsync();
        Assert.That(async () => await Task.WhenAll(hanging), Throws.InstanceOf<OperationCanceledException>());
        await Eventually.IsTrueAsync(async () => await gateway.GetAsync("/v1/models", Bearer(_token)).StatusAsync() == HttpStatusCode.OK, "the places are free again", () => gateway.Log);
    }

    [Test]
    public void The_limits_are_checked_at_start() =>
        Assert.That(async () => await StartAsync(("UserRequestsPerMinute", "0")), Throws.Exception.With.Message.Contains("UserRequestsPerMinute"));

    private HttpRequestMessage Request(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {_token}");
        return request;
    }

    private Task<GatewayApplication> StartAsync(params (string Name, string Value)[] limits) =>
        StartNewAsync(_auth, [_inference.Address], limits.ToDictionary(limit => $"Gateway:RateLimits:{limit.Name}", limit => limit.Value));

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
