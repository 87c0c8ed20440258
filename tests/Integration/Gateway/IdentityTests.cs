using System.Net;
using Integration.AuthService;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

public class IdentityTests
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
        _gateway = await StartNewAsync(_auth, [_inference.Address]);
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
    public async Task A_bearer_token_is_passed_on_as_it_is() =>
        Assert.That((await _gateway.GetAsync("/v1/tasks", Bearer(_token)).ReadAsync())["headers"]!.Text("authorization"), Is.EqualTo($"Bearer {_token}"));

    [Test]
    public async Task An_api_key_becomes_a_short_token_and_goes_no_further()
    {
        var key = await _auth.NewKeyAsync(_token);
        var seen = (await _gateway.GetAsync("/v1/tasks", Key(key.Text("key"))).ReadAsync())["headers"]!;
        Assert.That(seen.ToJsonString(), Does.Not.Contain(key.Text("key")));
        var claims = Jwt.PayloadOf(seen.Text("authorization")["Bearer ".Length..]);
        Assert.That(claims.Text("sub"), Is.EqualTo(Jwt.PayloadOf(_token).Text("sub")));
        Assert.That(claims.Text("key"), Is.EqualTo(key.Text("id")));
        Assert.That(claims["exp"]!.GetValue<double>() - claims["iat"]!.GetValue<double>(), Is.LessThanOrEqualTo(60));
    }

    [Test]
    public async Task Forged_identity_headers_do_not_reach_the_service()
    {
        var seen = (await _gateway.GetAsync(
            "/v1/tasks", Bearer(_token), ("X-User-Id", "root"), ("X-User-Roles", "admin"), ("X-Forwarded-User", "root"), ("X_User_Id", "root"),
            ("X-Forwarded-For", "1.2.3.4"), ("Forwarded", "for=1.2.3.4"), ("X-API-Key", "isk_whatever")).ReadAsync())["headers"]!;
        Assert.That(seen.ToJsonString(), Does.Not.Contain("root").And.Not.Contain("admin").And.Not.Contain("1.2.3.4").And.Not.Contain("isk_"));
        Assert.That(seen.Text("x-forwarded-for"), Is.EqualTo("127.0.0.1"));
    }

    [Test]
    public async Task Without_credentials_it_is_401()
    {
        using var response = await _gateway.GetAsync("/v1/auth/me");
        await response.ReadAsync(HttpStatusCode.Unauthorized);
        Assert.That(response.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
    }

    [Test]
    public async Task In_development_guests_may_predict_and_look_at_models()
    {
        foreach (var path in new[] { "/v1/models", "/v1/models/mask-detector", "/v1/predictions" })
            await _gateway.GetAsync(path).ReadAsync();
        var seen = await _gateway.SendAsync(HttpMethod.Post, "/v1/models/mask-detector/predict", new ByteArrayContent([1, 2, 3])).ReadAsync();
        Assert.That(Jwt.PayloadOf(seen["headers"]!.Text("authorization")["Bearer ".Length..]).Text("sub"), Is.EqualTo("guest"));
    }

    [TestCase("/v1/tasks")]
    [TestCase("/v1/auth/me")]
    [TestCase("/v1/auth/keys")]
    [TestCase("/v1/faces/identities")]
    public async Task Guests_may_not(string path) =>
        Assert.That(await _gateway.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));

    [Test]
    public async Task A_wrong_credential_is_401_even_where_guests_are_admitted()
    {
        var parts = _token.Split('.');
        foreach (var header in new[]
        {
            Bearer("rubbish"), Bearer($"eyJhbGciOiJub25lIn0.{parts[1]}."), Bearer($"{parts[0]}.{parts[1]}.{parts[2][..^4]}AAAA"), ("Authorization", "Basic Ym9iOmJvYg=="),
            Key("isk_wrong"), Key("isk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        })
            Assert.That(await _gateway.GetAsync("/v1/models", header).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized), header.ToString());
    }

    [Test]
    public async Task In_production_there_are_no_guests_whatever_is_set()
    {
        await using var production = await StartNewAsync(
            _auth, [_inference.Address], new Dictionary<string, string> { ["environment"] = "Production", ["Gateway:Guest:Enabled"] = "true" });
        Assert.That(await production.GetAsync("/v1/models").StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await production.GetAsync("/v1/models", Bearer(_token)).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_services_token_is_worth_nothing_outside()
    {
        var stolen = (await _auth.ServiceTokenAsync("inference", "objects").ReadAsync()).Text("access_token");
        Assert.That(await _gateway.GetAsync("/v1/models", Bearer(stolen)).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task What_a_key_or_a_guest_was_exchanged_for_is_worth_nothing_outside()
    {
        var key = await _auth.NewKeyAsync(_token);
        foreach (var seen in new[] { await _gateway.GetAsync("/v1/tasks", Key(key.Text("key"))).ReadAsync(), await _gateway.GetAsync("/v1/models").ReadAsync() })
        {
            var exchanged = seen["headers"]!.Text("authorization")["Bearer ".Length..];
            Assert.That(await _gateway.GetAsync("/v1/models", Bearer(exchanged)).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
        }
    }

    [Test]
    public async Task Nobody_becomes_a_service_from_outside()
    {
        var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = "inference", ["client_secret"] = AuthApplication.Secret, ["scope"] = "objects",
        });
        Assert.That(await _gateway.SendAsync(HttpMethod.Post, "/token", form).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task The_exchange_is_not_reachable_from_outside() =>
        Assert.That(await _gateway.SendAsync(HttpMethod.Post, "/internal/exchange", new StringContent("{}"), Bearer(_token)).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));

    [Test]
    public async Task Signing_in_works_with_an_old_token_still_in_the_header()
    {
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["username"] = email, ["password"] = AuthApplication.Password });
        await _gateway.SendAsync(HttpMethod.Post, "/token", form, Bearer("expired")).ReadAsync();
    }
}
