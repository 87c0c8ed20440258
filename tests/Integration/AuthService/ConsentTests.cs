using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.AuthService;

public class ConsentTests
{
    private AuthApplication _auth = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _auth = await AuthApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task Every_consent_and_withdrawal_stays_on_record()
    {
        var user = await _auth.NewUserAsync();
        Assert.That((await StatusAsync(user)).Text("status"), Is.EqualTo("none"));
        await GiveAsync(user, "2026-01").ReadAsync();
        await GiveAsync(user, "2026-01").ReadAsync(); // the same again is not another one
        await WithdrawAsync(user).ReadAsync(HttpStatusCode.NoContent);
        await GiveAsync(user, "2026-02").ReadAsync();

        var status = await StatusAsync(user);
        Assert.That(status.Text("status"), Is.EqualTo("given"));
        var history = status["history"]!.AsArray();
        Assert.That(history.Select(entry => entry!.Text("version")), Is.EqualTo(new[] { "2026-02", "2026-01" }));
        Assert.That(history.Select(entry => entry!["withdrawnAt"] is null), Is.EqualTo(new[] { true, false }));
        Assert.That(history.Select(entry => entry!.Text("text")), Is.All.EqualTo("terms"));
    }

    [Test]
    public async Task Without_consent_no_token_predicts_neither_the_users_nor_their_keys()
    {
        var user = await _auth.NewUserAsync();
        var key = (await _auth.NewKeyAsync(user.Token)).Text("key");
        await WithdrawAsync(user).ReadAsync(HttpStatusCode.NoContent);

        var exchanged = (await _auth.ExchangeAsync(key).ReadAsync()).Text("token");
        var renewed = (await _auth.RefreshAsync(user.RefreshToken).ReadAsync()).Text("access_token");
        foreach (var token in new[] { exchanged, renewed })
        {
            Assert.That(TestUser.ScopesOf(token), Does.Not.Contain("predict").And.Contain("feedback"));
            Assert.That(Jwt.PayloadOf(token).Text("consent"), Is.EqualTo("withdrawn"));
        }

        await GiveAsync(user, "2").ReadAsync();
        Assert.That(TestUser.ScopesOf((await _auth.ExchangeAsync(key).ReadAsync()).Text("token")), Does.Contain("predict"));
    }

    [Test]
    public async Task A_withdrawal_tells_the_gateways_which_tokens_are_older()
    {
        await using var events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "user.changed");
        var user = await _auth.NewUserAsync();
        await WithdrawAsync(user).ReadAsync(HttpStatusCode.NoContent);
        var renewed = (await _auth.RefreshAsync(user.RefreshToken).ReadAsync()).Text("access_token");

        var announced = (await events.WaitForAsync(user.Id, 1, () => _auth.Log)).Single().Body;
        Assert.That(announced.GetProperty("reason").GetString(), Is.EqualTo("consent-withdrawn"));
        var time = announced.GetProperty("time").GetDateTimeOffset().ToUnixTimeMilliseconds() / 1000.0;
        Assert.That(Jwt.PayloadOf(user.Token)["iat"]!.GetValue<double>(), Is.LessThan(time));
        Assert.That(Jwt.PayloadOf(renewed)["iat"]!.GetValue<double>(), Is.GreaterThanOrEqualTo(time));
    }

    [Test]
    public async Task A_gateway_that_starts_hears_what_it_missed()
    {
        var user = await _auth.NewUserAsync();
        var before = _auth.Time.GetUtcNow();
        await WithdrawAsync(user).ReadAsync(HttpStatusCode.NoContent);
        var changes = await ChangesAsync(before.AddSeconds(-1));
        Assert.That(changes.Where(change => change!.Text("userId") == user.Id).Select(change => change!.Text("reason")), Is.EqualTo(new[] { "consent-withdrawn" }));
        Assert.That((await ChangesAsync(before.AddMinutes(5))).Where(change => change!.Text("userId") == user.Id), Is.Empty);
    }

    /// <summary>Tokens are made while consent is withdrawn: each is older than the withdrawal, or does not predict.</summary>
    [Test]
    public async Task No_token_slips_through_while_consent_is_withdrawn()
    {
        var user = await _auth.NewUserAsync();
        var key = (await _auth.NewKeyAsync(user.Token)).Text("key");
        using var stop = new CancellationTokenSource();
        var exchanging = Enumerable.Range(0, 4).Select(async _ =>
        {
            var tokens = new List<string>();
            while (!stop.IsCancellationRequested)
                tokens.Add((await _auth.ExchangeAsync(key).ReadAsync()).Text("token"));
            return tokens;
        }).ToArray();
        await _auth.ExchangeAsync(key).ReadAsync();
        await WithdrawAsync(user).ReadAsync(HttpStatusCode.NoContent);
        await _auth.ExchangeAsync(key).ReadAsync();
        await stop.CancelAsync();

        var withdrawnAt = await _auth.QueryAsync<DateTime>($"SELECT time FROM history WHERE subject = '{user.Id}' AND action = 'user.consent-withdrawn'");
        var time = new DateTimeOffset(withdrawnAt).ToUnixTimeMilliseconds() / 1000.0;
        var tokens = (await Task.WhenAll(exchanging)).SelectMany(made => made).ToArray();
        Assert.That(tokens.Where(token => TestUser.ScopesOf(token).Contains("predict") && Jwt.PayloadOf(token)["iat"]!.GetValue<double>() >= time), Is.Empty);
        Assert.That(tokens.Any(token => !TestUser.ScopesOf(token).Contains("predict")), Is.True);
    }

    [Test]
    public async Task In_production_consent_that_was_never_given_is_missing()
    {
        await using var production = await AuthApplication.StartNewAsync(new Dictionary<string, string> { ["environment"] = "Production" }, _auth.Database);
        var user = await _auth.NewUserAsync();
        Assert.That(user.Scopes, Does.Contain("predict"));
        var there = await production.SignedInAsync(user.Id, user.Email);
        Assert.That(there.Scopes, Does.Not.Contain("predict"));
        Assert.That(Jwt.PayloadOf(there.Token).Text("consent"), Is.EqualTo("missing"));
    }

    [TestCase("")]
    [TestCase("123456789012345678901234567890123456789012345678901")]
    public async Task Consent_names_a_version(string version) =>
        Assert.That((await GiveAsync(await _auth.NewUserAsync(), version).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("version"));

    [Test]
    public async Task A_key_does_not_consent_for_its_user()
    {
        var user = await _auth.NewUserAsync();
        var token = (await _auth.ExchangeAsync((await _auth.NewKeyAsync(user.Token)).Text("key")).ReadAsync()).Text("token");
        await _auth.SendAsync(HttpMethod.Put, "/v1/auth/me/consent", new { version = "1" }, token).ReadAsync(HttpStatusCode.Forbidden);
        await _auth.SendAsync(HttpMethod.Delete, "/v1/auth/me/consent", token: token).ReadAsync(HttpStatusCode.Forbidden);
    }

    private Task<HttpResponseMessage> GiveAsync(TestUser user, string version) => _auth.SendAsync(HttpMethod.Put, "/v1/auth/me/consent", new { version }, user.Token);

    private Task<HttpResponseMessage> WithdrawAsync(TestUser user) => _auth.SendAsync(HttpMethod.Delete, "/v1/auth/me/consent", token: user.Token);

    private Task<JsonNode> StatusAsync(TestUser user) => _auth.SendAsync(HttpMethod.Get, "/v1/auth/me/consent", token: user.Token).ReadAsync();

    private async Task<JsonArray> ChangesAsync(DateTimeOffset since) =>
        (await _auth.SendAsAsync("gateway", "users", HttpMethod.Get, $"/internal/users/changed?since={Uri.EscapeDataString(since.ToString("O"))}").ReadAsync()).AsArray();
}
