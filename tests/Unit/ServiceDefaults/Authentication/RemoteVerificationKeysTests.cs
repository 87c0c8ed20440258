using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using NUnit.Framework;
using ServiceDefaults.Authentication;

namespace Unit.ServiceDefaults.Authentication;

public class RemoteVerificationKeysTests
{
    private readonly AuthService _auth = new();
    private readonly Clock _time = new();

    [OneTimeTearDown]
    public void Dispose() => _auth.Dispose();

    [TestCase("""{"keys":[]}""", HttpStatusCode.OK)]
    [TestCase("starting", HttpStatusCode.ServiceUnavailable)]
    [TestCase("not json", HttpStatusCode.OK)]
    public async Task An_answer_without_keys_is_a_failure_and_soon_asked_again(string body, HttpStatusCode status)
    {
        using var client = new HttpClient(_auth, disposeHandler: false) { BaseAddress = new Uri("http://auth") };
        var keys = new RemoteVerificationKeys(client, _time);
        _auth.Answer = () => new HttpResponseMessage(status) { Content = new StringContent(body, null, "application/json") };
        Assert.ThrowsAsync<HttpRequestException>(async () => await keys.FindAsync("k", CancellationToken.None));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _auth.Answer = () => new HttpResponseMessage { Content = JsonContent.Create(new JsonWebKeySet([JsonWebKey.From("k", key)])) };
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.That(await keys.FindAsync("k", CancellationToken.None), Is.Not.Null);
    }

    [Test]
    public async Task A_key_that_is_published_no_more_is_forgotten_and_an_outage_forgets_nothing()
    {
        using var client = new HttpClient(_auth, disposeHandler: false) { BaseAddress = new Uri("http://auth") };
        var keys = new RemoteVerificationKeys(client, _time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _auth.Answer = () => Publishing("old", key);
        Assert.That(await keys.FindAsync("old", CancellationToken.None), Is.Not.Null);

        _time.Now += TimeSpan.FromMinutes(11);
        _auth.Answer = () => throw new HttpRequestException("away");
        Assert.That(await keys.FindAsync("old", CancellationToken.None), Is.Not.Null); // fetches beside
        Assert.That(await keys.FindAsync("old", CancellationToken.None), Is.Not.Null);

        _time.Now += TimeSpan.FromMinutes(1);
        _auth.Answer = () => Publishing("new", key);
        Assert.That(await keys.FindAsync("old", CancellationToken.None), Is.Not.Null); // not waited for
        Assert.That(await keys.FindAsync("old", CancellationToken.None), Is.Null);
    }

    private static HttpResponseMessage Publishing(string kid, ECDsa key) =>
        new() { Content = JsonContent.Create(new JsonWebKeySet([JsonWebKey.From(kid, key)])) };

    private sealed class AuthService : HttpMessageHandler
    {
        public Func<HttpResponseMessage> Answer { get; set; } = null!;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) => Task.FromResult(Answer());
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
