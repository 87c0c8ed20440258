using System.Net;
using Gateway.Identity;
using InferenceSuite.Contracts;
using Integration.AuthService;
using NUnit.Framework;
using ServiceDefaults.Outbox;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

/// <summary>What happens at every gateway when a user is changed, told by an event as AuthService publishes it.</summary>
public class UserChangedTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private GatewayApplication _one = null!;
    private GatewayApplication _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
        _one = await StartNewAsync(_auth, [_inference.Address]);
        _other = await StartNewAsync(_auth, [_inference.Address]);
        await _one.WaitUntilReadyAsync();
        await _other.WaitUntilReadyAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _other.DisposeAsync();
        await _one.DisposeAsync();
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [TestCase(UserChanges.RolesChanged)]
    [TestCase(UserChanges.Disabled)]
    [TestCase(UserChanges.PasswordChanged)]
    [TestCase(UserChanges.SignedOut)]
    public async Task Tokens_from_before_are_refused_everywhere(string reason)
    {
        var token = await _auth.NewUserTokenAsync();
        await AnnounceAsync(token, reason);
        foreach (var gateway in new[] { _one, _other })
        {
            await BecomesAsync(gateway, "/v1/tasks", token, HttpStatusCode.Unauthorized);
            using var refused = await gateway.GetAsync("/v1/tasks", Bearer(token));
            Assert.That((await refused.ReadAsync(HttpStatusCode.Unauthorized)).Text("code"), Is.EqualTo("token-revoked"));
            Assert.That(refused.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer"));
        }
    }

    [TestCase("/v1/models/mask-detector/predict")]
    [TestCase("/v1/models/mask-detector/tasks")]
    [TestCase("/v2/models/x/infer")]
    [TestCase("/v2/models/x/versions/1/infer")]
    [TestCase("/v1/faces/identify")]
    [TestCase("/detect")]
    [TestCase("/upload")]
    [TestCase("/predict")]
    public async Task Without_consent_nothing_is_predicted(string path)
    {
        var token = await _auth.NewUserTokenAsync();
        await AnnounceAsync(token, UserChanges.ConsentWithdrawn);
        await Eventually.IsTrueAsync(async () => await PostAsync(path, token) == HttpStatusCode.Forbidden, "the withdrawal was heard", () => _one.Log);
        using var refused = await _one.SendAsync(HttpMethod.Post, path, new ByteArrayContent([1]), Bearer(token));
        var text = await refused.Content.ReadAsStringAsync();
        Assert.That(text, Does.Contain(path.StartsWith("/v2", StringComparison.Ordinal) ? "Consent was withdrawn" : "consent-withdrawn"));
    }

    [Test]
    public async Task Everything_else_goes_on_without_consent()
    {
        var token = await _auth.NewUserTokenAsync();
        await AnnounceAsync(token, UserChanges.ConsentWithdrawn);
        await Eventually.IsTrueAsync(async () => await PostAsync("/predict", token) == HttpStatusCode.Forbidden, "the withdrawal was heard", () => _one.Log);
        foreach (var path in new[] { "/v1/auth/me", "/v1/models", "/v1/predictions", "/v1/tasks", "/v2/models/x" })
            Assert.That(await _one.GetAsync(path, Bearer(token)).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), path);
    }

    [Test]
    public async Task A_key_goes_on_if_auth_service_says_so()
    {
        var token = await _auth.NewUserTokenAsync();
        var key = (await _auth.NewKeyAsync(token)).Text("key");
        await _one.GetAsync("/v1/tasks", Key(key)).ReadAsync();
        await AnnounceAsync(token, UserChanges.PasswordChanged);
        await BecomesAsync(_one, "/v1/tasks", token, HttpStatusCode.Unauthorized);
        await _one.GetAsync("/v1/tasks", Key(key)).ReadAsync();
    }

    private Task<HttpStatusCode> PostAsync(string path, string token) => _one.SendAsync(HttpMethod.Post, path, new ByteArrayContent([1]), Bearer(token)).StatusAsync();

    private static Task BecomesAsync(GatewayApplication gateway, string path, string token, HttpStatusCode expected) =>
        Eventually.IsTrueAsync(async () => await gateway.GetAsync(path, Bearer(token)).StatusAsync() == expected, $"{expected} at {path}", () => gateway.Log);

    /// <summary>As AuthService does, through its outbox.</summary>
    private async Task AnnounceAsync(string token, string reason)
    {
        var subject = Jwt.PayloadOf(token).Text("sub");
        var time = _auth.Time.GetUtcNow().AddSeconds(1); // tokens are dated by the second
        await _auth.AnnounceAsync(new UserChanged(subject, reason, time), subject, time);
    }
}
