using System.Net;
using NUnit.Framework;

namespace Integration.AuthService;

public class KeyTests
{
    private AuthApplication _auth = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _auth = await AuthApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task A_key_is_shown_once_and_stored_as_a_hash()
    {
        var token = await _auth.NewUserTokenAsync();
        var key = await _auth.NewKeyAsync(token, new { name = "laptop", requestsPerMinute = 7 });
        var secret = key.Text("key");
        Assert.That(secret, Does.StartWith(key.Text("prefix")));

        var list = await _auth.SendAsync(HttpMethod.Get, "/v1/auth/keys", token: token).ReadAsync();
        Assert.That(list["items"]!.AsArray().Single()!.Text("id"), Is.EqualTo(key.Text("id")));
        Assert.That(list.ToJsonString(), Does.Not.Contain(secret));
        Assert.That(await _auth.DumpAsync("api_keys"), Does.Not.Contain(secret[12..]));
        Assert.That(_auth.Log, Does.Not.Contain(secret));
    }

    [Test]
    public async Task A_key_is_exchanged_for_a_token_of_a_minute_with_its_scopes()
    {
        var key = await _auth.NewKeyAsync(await _auth.NewUserTokenAsync(), new { name = "laptop", scopes = new[] { "predict" }, requestsPerMinute = 7 });
        var exchanged = await _auth.ExchangeAsync(key.Text("key")).ReadAsync();
        Assert.That(exchanged.Text("keyId"), Is.EqualTo(key.Text("id")));
        Assert.That(exchanged["requestsPerMinute"]!.GetValue<int>(), Is.EqualTo(7));

        var claims = Jwt.PayloadOf(exchanged.Text("token"));
        Assert.That(claims.Text("scope"), Is.EqualTo("predict"));
        Assert.That(claims["exp"]!.GetValue<double>() - claims["iat"]!.GetValue<double>(), Is.LessThanOrEqualTo(60));
    }

    [Test]
    public async Task A_used_key_says_when()
    {
        var token = await _auth.NewUserTokenAsync();
        await _auth.ExchangeAsync((await _auth.NewKeyAsync(token)).Text("key")).ReadAsync();
        Assert.That((await _auth.SendAsync(HttpMethod.Get, "/v1/auth/keys", token: token).ReadAsync())["items"]![0]!["lastUsedAt"], Is.Not.Null);
    }

    [Test]
    public async Task A_revoked_key_is_refused_and_announced()
    {
        await using var events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "apikey.revoked");
        var token = await _auth.NewUserTokenAsync();
        var key = await _auth.NewKeyAsync(token);
        Assert.That(await RevokeAsync(key.Text("id"), token), Is.EqualTo(HttpStatusCode.NoContent));
        await _auth.ExchangeAsync(key.Text("key")).ReadAsync(HttpStatusCode.Unauthorized);
        Assert.That((await _auth.SendAsync(HttpMethod.Get, "/v1/auth/keys", token: token).ReadAsync())["items"]!.AsArray(), Is.Empty);

        var announced = (await events.WaitForAsync(key.Text("id"), 1, () => _auth.Log)).Single();
        Assert.That(announced.Body.GetProperty("keyId").GetString(), Is.EqualTo(key.Text("id")));
        Assert.That(await RevokeAsync(key.Text("id"), token), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Somebody_elses_key_is_not_there()
    {
        var key = await _auth.NewKeyAsync(await _auth.NewUserTokenAsync());
        Assert.That(await RevokeAsync(key.Text("id"), await _auth.NewUserTokenAsync()), Is.EqualTo(HttpStatusCode.NotFound));
        await _auth.ExchangeAsync(key.Text("key")).ReadAsync();
    }

    [Test]
    public async Task An_expired_key_is_refused()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var key = await auth.NewKeyAsync(await auth.NewUserTokenAsync(), new { name = "short", expiresAt = auth.Time.GetUtcNow().AddMinutes(5) });
        await auth.ExchangeAsync(key.Text("key")).ReadAsync();
        auth.Time.Advance(TimeSpan.FromMinutes(6));
        await auth.ExchangeAsync(key.Text("key")).ReadAsync(HttpStatusCode.Unauthorized);
    }

    [TestCase("isk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("isk_' OR 1=1 --")]
    [TestCase("")]
    public async Task An_unknown_key_is_refused(string key) =>
        Assert.That(await _auth.ExchangeAsync(key).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));

    [Test]
    public async Task A_key_with_the_right_beginning_only_is_refused()
    {
        var key = (await _auth.NewKeyAsync(await _auth.NewUserTokenAsync())).Text("key");
        await _auth.ExchangeAsync(key[..20] + new string('A', 27)).ReadAsync(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_key_can_not_have_what_its_owner_has_not()
    {
        var problem = await _auth.CreateKeyAsync(await _auth.NewUserTokenAsync(), new { name = "more", scopes = new[] { "predict", "admin" } }).ReadAsync(HttpStatusCode.Forbidden);
        Assert.That(problem.Text("detail"), Does.Contain("'admin'"));
    }

    [Test]
    public async Task A_key_does_not_make_keys()
    {
        var key = await _auth.NewKeyAsync(await _auth.NewUserTokenAsync());
        var token = (await _auth.ExchangeAsync(key.Text("key")).ReadAsync()).Text("token");
        await _auth.CreateKeyAsync(token, new { name = "child" }).ReadAsync(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task A_repeated_request_makes_one_key_and_does_not_show_it_again()
    {
        var token = await _auth.NewUserTokenAsync();
        var first = await _auth.CreateKeyAsync(token, new { name = "once" }, "k").ReadAsync(HttpStatusCode.Created);
        using var repeated = await _auth.CreateKeyAsync(token, new { name = "once" }, "k");
        var second = await repeated.ReadAsync(HttpStatusCode.Created);
        Assert.That(second.Text("id"), Is.EqualTo(first.Text("id")));
        Assert.That(second["key"], Is.Null);
        Assert.That(repeated.Headers.GetValues("Idempotency-Replayed"), Is.EqualTo(new[] { "true" }));
        Assert.That(repeated.Headers.Location!.ToString(), Does.EndWith(first.Text("id")));
        Assert.That((await _auth.SendAsync(HttpMethod.Get, "/v1/auth/keys", token: token).ReadAsync())["items"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(await _auth.DumpAsync("idempotency"), Does.Not.Contain(first.Text("key")));
    }

    [Test]
    public async Task The_same_idempotency_key_for_another_request_is_422()
    {
        var token = await _auth.NewUserTokenAsync();
        await _auth.CreateKeyAsync(token, new { name = "one" }, "k").ReadAsync(HttpStatusCode.Created);
        await _auth.CreateKeyAsync(token, new { name = "two" }, "k").ReadAsync(HttpStatusCode.UnprocessableEntity);
        await _auth.CreateKeyAsync(await _auth.NewUserTokenAsync(), new { name = "two" }, "k").ReadAsync(HttpStatusCode.Created); // somebody else's
    }

    [Test]
    public async Task A_refused_request_leaves_its_idempotency_key_free()
    {
        var token = await _auth.NewUserTokenAsync();
        await _auth.CreateKeyAsync(token, new { name = "" }, "k").ReadAsync(HttpStatusCode.BadRequest);
        await _auth.CreateKeyAsync(token, new { name = "named" }, "k").ReadAsync(HttpStatusCode.Created);
    }

    private Task<HttpStatusCode> RevokeAsync(string id, string token) => _auth.SendAsync(HttpMethod.Delete, $"/v1/auth/keys/{id}", token: token).StatusAsync();
}
