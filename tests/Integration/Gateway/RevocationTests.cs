using System.Net;
using System.Text.Json.Nodes;
using Gateway.Identity;
using Integration.AuthService;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

public class RevocationTests
{
    private readonly ExchangeCounter _exchanges = new();
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private string _token = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync(services: services => services.AddSingleton<IStartupFilter>(_exchanges));
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
    public async Task A_revoked_key_is_refused_by_every_gateway_that_had_cached_it()
    {
        await using var one = await StartNewAsync(_auth, [_inference.Address]);
        await using var other = await StartNewAsync(_auth, [_inference.Address]);
        var key = await UseNewKeyAsync(one, other);
        await RevokeAsync(key);
        // Sooner than the cache would forget: the clocks of the gateways stand as good as still.
        foreach (var gateway in new[] { one, other })
            await Eventually.IsTrueAsync(async () => await UseAsync(gateway, key) == HttpStatusCode.Unauthorized, "the revocation was heard", () => gateway.Log + _auth.Log);
    }

    [Test]
    public async Task A_key_revoked_under_load_is_refused_for_good()
    {
        await using var gateway = await StartNewAsync(_auth, [_inference.Address]);
        var key = await UseNewKeyAsync(gateway);
        using var stop = new CancellationTokenSource(Eventually.Deadline);
        var callers = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!stop.IsCancellationRequested && await UseAsync(gateway, key) == HttpStatusCode.OK)
            {
            }
        }).ToArray();
        await RevokeAsync(key);
        await Task.WhenAll(callers).WaitAsync(ExchangedTokens.MaxAge / 2); // so it is the event that ends them, and not the cache's age
        var after = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => UseAsync(gateway, key)));
        Assert.That(after, Is.All.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Without_the_broker_the_caches_age_is_the_bound()
    {
        await using var deaf = await StartNewAsync(_auth, [_inference.Address], new Dictionary<string, string> { ["ConnectionStrings:rabbitmq"] = "amqp://app:app@127.0.0.1:9" });
        var key = await UseNewKeyAsync(deaf);
        await RevokeAsync(key);
        Assert.That(await UseAsync(deaf, key), Is.EqualTo(HttpStatusCode.OK));
        deaf.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.That(await UseAsync(deaf, key), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_key_is_exchanged_once_however_many_use_it()
    {
        await using var gateway = await StartNewAsync(_auth, [_inference.Address]);
        var key = await _auth.NewKeyAsync(_token);
        var before = _exchanges.Count;
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => UseAsync(gateway, key)));
        Assert.That(answers, Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(_exchanges.Count - before, Is.EqualTo(1));
    }

    [Test]
    public async Task A_wrong_key_is_asked_for_once()
    {
        await using var gateway = await StartNewAsync(_auth, [_inference.Address]);
        var before = _exchanges.Count;
        for (var i = 0; i < 5; i++)
            Assert.That(await gateway.GetAsync("/v1/tasks", Key("isk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(_exchanges.Count - before, Is.EqualTo(1));
    }

    [Test]
    public async Task Guessing_keys_is_throttled_and_holds_up_no_key_that_works()
    {
        await using var gateway = await StartNewAsync(_auth, [_inference.Address], new Dictionary<string, string> { ["Gateway:RateLimits:SignInsPerMinute"] = "3" });
        var key = await UseNewKeyAsync(gateway);
        var guesses = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
            guesses.Add(await gateway.GetAsync("/v1/tasks", Key($"isk_{i}")).StatusAsync());
        Assert.That(guesses, Is.EqualTo(new[] { 401, 401, 401, 429, 429 }.Select(status => (HttpStatusCode)status)));
        Assert.That(await UseAsync(gateway, key), Is.EqualTo(HttpStatusCode.OK));
        gateway.Time.Advance(ExchangedTokens.MaxAge + TimeSpan.FromSeconds(1)); // so that it has to be exchanged again
        for (var i = 5; i < 7; i++)
            await gateway.GetAsync("/v1/tasks", Key($"isk_{i}")).StatusAsync(); // what came back of the allowance
        Assert.That(await gateway.GetAsync("/v1/tasks", Key("isk_7")).StatusAsync(), Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await UseAsync(gateway, key), Is.EqualTo(HttpStatusCode.OK), "a key that works does not stand in line with the guesses");
    }

    private async Task<JsonNode> UseNewKeyAsync(params GatewayApplication[] gateways)
    {
        var key = await _auth.NewKeyAsync(_token);
        foreach (var gateway in gateways)
        {
            await gateway.WaitUntilReadyAsync();
            Assert.That(await UseAsync(gateway, key), Is.EqualTo(HttpStatusCode.OK));
        }
        return key;
    }

    private static Task<HttpStatusCode> UseAsync(GatewayApplication gateway, JsonNode key) => gateway.GetAsync("/v1/tasks", Key(key.Text("key"))).StatusAsync();

    private Task RevokeAsync(JsonNode key) =>
        _auth.SendAsync(HttpMethod.Delete, $"/v1/auth/keys/{key.Text("id")}", token: _token).ReadAsync(HttpStatusCode.NoContent);

    /// <summary>Counts how often a gateway asked.</summary>
    private sealed class ExchangeCounter : IStartupFilter
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, after) =>
            {
                if (context.Request.Path == new PathString("/internal/exchange"))
                    Interlocked.Increment(ref count);
                return after(context);
            });
            next(app);
        };
    }
}
