using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ServiceDefaults.Problems;
using ServiceDefaults.Quotas;

namespace Integration.AuthService;

public class QuotaTests
{
    private AuthApplication _auth = null!;
    private HttpClient _asGateway = null!;
    private TestUser _user = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _user = await _auth.NewUserAsync();
        _asGateway = await AsAsync(_auth, "gateway");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _asGateway.Dispose();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task Fifty_connections_racing_for_a_quota_get_exactly_the_quota()
    {
        var key = await NewKeyAsync(new { requests = 300 });
        using var leases = NewGateway();
        var granted = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => TakeUntilRefusedAsync(leases, key)));
        Assert.That(granted.Sum(), Is.EqualTo(300));
        Assert.That(await UsedAsync(key), Is.EqualTo(300));
    }

    [Test]
    public async Task Two_gateways_racing_for_a_quota_get_exactly_the_quota_together()
    {
        var key = await NewKeyAsync(new { requests = 500 });
        using var one = NewGateway();
        using var other = NewGateway();
        var granted = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => TakeUntilRefusedAsync(i % 2 == 0 ? one : other, key)));
        Assert.That(granted.Sum(), Is.EqualTo(500));
    }

    [Test]
    public async Task Connections_straight_to_the_counter_get_exactly_the_quota()
    {
        var key = await NewKeyAsync(new { items = 100 });
        var granted = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
            (await LeaseAsync(key, "items", atLeast: 1, amount: 3).ReadAsync())["granted"]!.GetValue<long>()));
        Assert.That(granted.Sum(), Is.EqualTo(100));
    }

    [Test]
    public async Task Fewer_than_what_is_needed_is_nothing()
    {
        var key = await NewKeyAsync(new { items = 10 });
        Assert.That((await LeaseAsync(key, "items", 11, 20).ReadAsync())["granted"]!.GetValue<long>(), Is.Zero);
        Assert.That((await LeaseAsync(key, "items", 4, 6).ReadAsync())["granted"]!.GetValue<long>(), Is.EqualTo(6));
        Assert.That((await LeaseAsync(key, "items", 5, 6).ReadAsync())["granted"]!.GetValue<long>(), Is.Zero);
        var last = await LeaseAsync(key, "items", 1, 100).ReadAsync();
        Assert.That(last["granted"]!.GetValue<long>(), Is.EqualTo(4));
        Assert.That(last["remaining"]!.GetValue<long>(), Is.Zero);
    }

    [Test]
    public async Task The_units_are_counted_apart()
    {
        var key = await NewKeyAsync(new { requests = 1, items = 1 });
        Assert.That((await LeaseAsync(key, "requests", 1, 1).ReadAsync())["granted"]!.GetValue<long>(), Is.EqualTo(1));
        Assert.That((await LeaseAsync(key, "items", 1, 1).ReadAsync())["granted"]!.GetValue<long>(), Is.EqualTo(1));
    }

    [Test]
    public async Task What_a_gateway_does_not_use_goes_back_after_a_while()
    {
        var key = await NewKeyAsync(new { requests = 1000 });
        using var one = NewGateway();
        for (var i = 0; i < 5; i++)
            Assert.That((await TakeAsync(one, key)).IsGranted, Is.True);
        Assert.That(await UsedAsync(key), Is.GreaterThan(5));

        await one.ReturnUnusedAsync(QuotaLeases.IdleTime, CancellationToken.None);
        Assert.That(await UsedAsync(key), Is.GreaterThan(5), "it is not idle yet");
        _auth.Time.Advance(QuotaLeases.IdleTime);
        await one.ReturnUnusedAsync(QuotaLeases.IdleTime, CancellationToken.None);
        Assert.That(await UsedAsync(key), Is.EqualTo(5));
        Assert.That((await TakeAsync(one, key)).IsGranted, Is.True, "and it goes on afterwards");
    }

    [Test]
    public async Task A_gateway_that_stops_gives_back_what_it_holds()
    {
        var key = await NewKeyAsync(new { requests = 1000 });
        using (var one = NewGateway())
        {
            for (var i = 0; i < 3; i++)
                await TakeAsync(one, key);
            await one.StartAsync(CancellationToken.None);
            await one.StopAsync(CancellationToken.None);
        }
        Assert.That(await UsedAsync(key), Is.EqualTo(3));
    }

    [Test]
    public async Task The_next_day_begins_anew_and_the_refusal_says_when()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        using var asGateway = await AsAsync(auth, "gateway");
        var key = Guid.Parse((await auth.NewKeyAsync((await auth.NewUserAsync()).Token, new { name = "q", dailyQuota = 2 })).Text("id"));
        using var leases = new QuotaLeases(new QuotaClient(asGateway), auth.Time, NullLogger<QuotaLeases>.Instance);
        Assert.That(await TakeUntilRefusedAsync(leases, key), Is.EqualTo(2));

        var now = auth.Time.GetUtcNow();
        var refused = Assert.Throws<ProblemException>(() => leases.TakeAsync(key, QuotaUnit.Requests, 1, 10, CancellationToken.None).AsTask().GetAwaiter().GetResult().ThrowIfRefused(QuotaUnit.Requests, now))!;
        Assert.That((refused.Status, refused.Code), Is.EqualTo((429, "daily-quota")));
        Assert.That(refused.Message, Does.Contain("requests"));
        Assert.That(now + refused.RetryAfter, Is.EqualTo(new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero)));

        auth.Time.Advance(refused.RetryAfter!.Value + TimeSpan.FromSeconds(1));
        using var renewed = await AsAsync(auth, "gateway");
        using var tomorrow = new QuotaLeases(new QuotaClient(renewed), auth.Time, NullLogger<QuotaLeases>.Instance);
        Assert.That(await TakeUntilRefusedAsync(tomorrow, key), Is.EqualTo(2));
    }

    [Test]
    public async Task A_return_never_makes_a_quota_larger()
    {
        var key = await NewKeyAsync(new { requests = 10 });
        await LeaseAsync(key, "requests", 1, 4).ReadAsync();
        await _asGateway.PostAsync("/internal/quotas/returns", Json(new { keyId = key, unit = "requests", day = Today(), amount = 1000 })).ReadAsync(HttpStatusCode.NoContent);
        using var leases = NewGateway();
        Assert.That(await TakeUntilRefusedAsync(leases, key), Is.EqualTo(10));
    }

    [Test]
    public async Task While_nobody_counts_nobody_gets()
    {
        using var nowhere = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:9") };
        using var leases = new QuotaLeases(new QuotaClient(nowhere), _auth.Time, NullLogger<QuotaLeases>.Instance);
        var refused = Assert.ThrowsAsync<ProblemException>(async () => await TakeAsync(leases, Guid.NewGuid()))!;
        Assert.That((refused.Status, refused.Code), Is.EqualTo((503, "quota-unavailable")));
        await Task.CompletedTask;
    }

    [Test]
    public async Task While_nobody_counts_one_question_is_asked_for_all_who_wait()
    {
        var counter = new HangingCounter();
        using var http = new HttpClient(counter) { BaseAddress = new Uri("http://counter") };
        using var leases = new QuotaLeases(new QuotaClient(http), new StoppedTime(), NullLogger<QuotaLeases>.Instance);
        var key = Guid.NewGuid();
        var waiting = Enumerable.Range(0, 20).Select(_ => TakeAsync(leases, key).AsTask()).ToArray();
        await counter.Asked.Task.WaitAsync(Eventually.Deadline);
        counter.Hangs.SetResult();
        foreach (var one in waiting)
            Assert.That(async () => await one, Throws.InstanceOf<ProblemException>().With.Property("Code").EqualTo("quota-unavailable"));
        Assert.That(counter.Questions, Is.EqualTo(1));
    }

    [Test]
    public async Task A_key_without_such_a_quota_has_nothing_to_lease()
    {
        await LeaseAsync(await NewKeyAsync(new { items = 5 }), "requests", 1, 1).ReadAsync(HttpStatusCode.NotFound);
        await LeaseAsync(Guid.NewGuid(), "items", 1, 1).ReadAsync(HttpStatusCode.NotFound);
    }

    [TestCase("requests", 0, 1, "atLeast")]
    [TestCase("requests", -5, 1, "atLeast")]
    [TestCase("requests", 5, 4, "amount")]
    public async Task A_malformed_lease_names_its_field(string unit, long atLeast, long amount, string field) =>
        Assert.That((await LeaseAsync(Guid.NewGuid(), unit, atLeast, amount).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo(field));

    [Test]
    public async Task Only_services_lease()
    {
        await _auth.SendAsync(HttpMethod.Post, "/internal/quotas/leases", new { }, _user.Token).ReadAsync(HttpStatusCode.Forbidden);
        await _auth.ServiceTokenAsync("feedback", "quotas").ReadAsync(HttpStatusCode.Forbidden);
    }

    private QuotaLeases NewGateway() => new(new QuotaClient(_asGateway), _auth.Time, NullLogger<QuotaLeases>.Instance);

    private async Task<Guid> NewKeyAsync(object dailyQuota) => Guid.Parse((await _auth.NewKeyAsync(_user.Token, new { name = "quota", dailyQuota })).Text("id"));

    private static ValueTask<QuotaAnswer> TakeAsync(QuotaLeases leases, Guid key) => leases.TakeAsync(key, QuotaUnit.Requests, 1, leaseSize: 50, CancellationToken.None);

    private static async Task<int> TakeUntilRefusedAsync(QuotaLeases leases, Guid key)
    {
        for (var granted = 0; ; granted++)
        {
            if (!(await TakeAsync(leases, key)).IsGranted)
                return granted;
        }
    }

    private Task<HttpResponseMessage> LeaseAsync(Guid keyId, string unit, long atLeast, long amount) =>
        _asGateway.PostAsync("/internal/quotas/leases", Json(new { keyId, unit, atLeast, amount }));

    private Task<long> UsedAsync(Guid key) => _auth.QueryAsync<long>($"SELECT used FROM quota_use WHERE key_id = '{key}'");

    private string Today() => _auth.Time.GetUtcNow().ToString("yyyy-MM-dd");

    private static StringContent Json(object body) => new(System.Text.Json.JsonSerializer.Serialize(body), new MediaTypeHeaderValue("application/json"));

    private static async Task<HttpClient> AsAsync(AuthApplication auth, string service)
    {
        JsonNode answer = await auth.ServiceTokenAsync(service, "quotas").ReadAsync();
        return new HttpClient { BaseAddress = new Uri(auth.Address), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", answer.Text("access_token")) } };
    }

    private sealed class StoppedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }

    /// <summary>A counter that takes questions and answers none.</summary>
    private sealed class HangingCounter : HttpMessageHandler
    {
        private int questions;

        public int Questions => Volatile.Read(ref questions);

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Until its caller gives up.</summary>
        public TaskCompletionSource Hangs { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref questions);
            Asked.TrySetResult();
            await Hangs.Task;
            throw new HttpRequestException("It did not answer.");
        }
    }
}
