using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AuthService.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Integration.AuthService;

/// <summary>What somebody would try who wants in.</summary>
public class AttackTests
{
    private readonly CountingHasher _hasher = new();
    private AuthApplication _auth = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _auth = await AuthApplication.StartNewAsync(services: services => services.AddSingleton<IPasswordHasher<User>>(_hasher));

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task An_unknown_user_costs_the_same_work_as_a_wrong_password()
    {
        var user = await _auth.NewUserAsync();
        await _auth.SignInAsync(AuthApplication.NewEmail()).ReadAsync(HttpStatusCode.Unauthorized); // makes what is compared with
        foreach (var email in new[] { user.Email, AuthApplication.NewEmail(), "no address at all" })
        {
            var before = _hasher.Verifications;
            await _auth.SignInAsync(email, "not-the-heron").ReadAsync(HttpStatusCode.Unauthorized);
            Assert.That(_hasher.Verifications - before, Is.EqualTo(1), email);
        }
    }

    [Test]
    public async Task A_locked_account_costs_no_work_at_all()
    {
        var email = AuthApplication.NewEmail();
        for (var i = 0; i < 10; i++)
            await _auth.SignInAsync(email, "guess-number-" + i).ReadAsync(HttpStatusCode.Unauthorized);
        var before = _hasher.Verifications;
        await _auth.SignInAsync(email, "another-guess").ReadAsync(HttpStatusCode.TooManyRequests);
        Assert.That(_hasher.Verifications, Is.EqualTo(before));
    }

    /// <summary>One password on many accounts, round after round: each of them locks. From one address the gateway stops it sooner.</summary>
    [Test]
    public async Task A_password_spray_locks_every_account_it_comes_back_to()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => (await _auth.NewUserAsync()).Email));
        for (var round = 0; round < 10; round++)
        {
            foreach (var account in accounts)
                await _auth.SignInAsync(account, $"Summer-2026-{round}").ReadAsync(HttpStatusCode.Unauthorized);
        }
        foreach (var account in accounts)
            await _auth.SignInAsync(account).ReadAsync(HttpStatusCode.TooManyRequests);
    }

    [Test]
    public async Task Of_fifty_who_register_one_address_at_once_one_succeeds()
    {
        var email = AuthApplication.NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _auth.RegisterAsync(email).StatusAsync()));
        Assert.That(answers.Order(), Is.EqualTo(Enumerable.Repeat(HttpStatusCode.Conflict, 49).Prepend(HttpStatusCode.Created)));
        Assert.That(await _auth.QueryAsync<long>($"SELECT count(*) FROM users WHERE email = '{email}'"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_token_with_no_algorithm_is_refused()
    {
        var payload = (await _auth.NewUserTokenAsync()).Split('.')[1];
        foreach (var algorithm in new[] { "none", "None", "NONE", "nOnE", "" })
        {
            await RefusedAsync($"{Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{await KidAsync()}}"}""")}.{payload}.");
            await RefusedAsync($"{Encode($$"""{"alg":"{{algorithm}}"}""")}.{payload}.");
        }
    }

    [Test]
    public async Task A_token_signed_with_the_public_key_as_a_secret_is_refused()
    {
        var published = await _auth.Client.GetStringAsync("/.well-known/jwks.json");
        var key = JsonNode.Parse(published)!["keys"]![0]!;
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(key.Text("x")), Y = Base64Url.DecodeFromChars(key.Text("y")) },
        });
        var payload = (await _auth.NewUserTokenAsync()).Split('.')[1];
        foreach (var algorithm in new[] { "HS256", "ES256" })
        {
            var signed = $"{Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{key.Text("kid")}}"}""")}.{payload}";
            foreach (var secret in new[] { ecdsa.ExportSubjectPublicKeyInfo(), Encoding.UTF8.GetBytes(ecdsa.ExportSubjectPublicKeyInfoPem()), Encoding.UTF8.GetBytes(published) })
                await RefusedAsync($"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}");
        }
    }

    [Test]
    public async Task A_token_signed_with_a_key_of_ones_own_is_refused()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var payload = (await _auth.NewUserTokenAsync()).Split('.')[1];
        foreach (var kid in new[] { await KidAsync(), "mine", "../../etc/passwd", "' OR 1=1 --", "" })
        {
            var signed = $"{Encode($$"""{"alg":"ES256","typ":"JWT","kid":"{{kid}}","jwk":{"kty":"EC"},"jku":"http://127.0.0.1:9/keys"}""")}.{payload}";
            await RefusedAsync($"{signed}.{Base64Url.EncodeToString(own.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}");
        }
    }

    /// <summary>Kestrel refuses such a header itself; what the token reader makes of a megabyte: <c>JsonWebTokenTests</c>.</summary>
    [Test]
    public async Task A_token_of_a_megabyte_is_refused()
    {
        var status = await _auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: new string('a', 1 << 20)).StatusAsync();
        Assert.That(status, Is.EqualTo(HttpStatusCode.RequestHeaderFieldsTooLarge).Or.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await _auth.Client.GetAsync("/health/ready").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("'; DROP TABLE users; --")]
    [TestCase("\" OR \"\"=\"")]
    [TestCase("{{7*7}}${7*7}<%= 7*7 %>")]
    [TestCase("<img src=x onerror=alert(1)>")]
    [TestCase("\r\nSet-Cookie: admin=1")]
    [TestCase("%00%0d%0a../../etc/passwd")]
    public async Task An_injection_is_just_text_in_every_field(string text)
    {
        var (user, admin) = (await _auth.NewUserAsync(), await _auth.NewUserAsync("admin"));
        await ShouldBeClientErrorAsync(_auth.RegisterAsync(text + "@example.org"));
        await ShouldBeClientErrorAsync(_auth.RegisterAsync(AuthApplication.NewEmail(), text[..3]));
        await ShouldBeClientErrorAsync(_auth.TokenAsync(("username", text), ("password", text)));
        await ShouldBeClientErrorAsync(_auth.TokenAsync(("grant_type", text)));
        await ShouldBeClientErrorAsync(_auth.RefreshAsync(text));
        await ShouldBeClientErrorAsync(_auth.ServiceTokenAsync(text, text, text));
        await ShouldBeClientErrorAsync(_auth.ExchangeAsync(text));
        await ShouldBeClientErrorAsync(_auth.CreateKeyAsync(user.Token, new { name = "n", scopes = new[] { text } }));
        await ShouldBeClientErrorAsync(_auth.CreateKeyAsync(user.Token, new { name = "n", models = new[] { text } }));
        await ShouldBeClientErrorAsync(_auth.SendAsync(HttpMethod.Delete, $"/v1/auth/keys/{Uri.EscapeDataString(text)}", token: user.Token));
        await ShouldBeClientErrorAsync(_auth.SendAsync(HttpMethod.Patch, $"/v1/admin/users/{user.Id}", new { role = text }, admin.Token));
        await ShouldBeClientErrorAsync(_auth.SendAsync(HttpMethod.Get, $"/v1/admin/users?cursor={Uri.EscapeDataString(text)}", token: admin.Token));

        // A name, a version and a search may be any text; it comes back as it is, as JSON.
        var key = await _auth.NewKeyAsync(user.Token, new { name = text });
        Assert.That(key.Text("name"), Is.EqualTo(text.Trim()));
        Assert.That((await _auth.SendAsync(HttpMethod.Put, "/v1/auth/me/consent", new { version = text }, user.Token).ReadAsync())["history"]![0]!.Text("version"), Is.EqualTo(text.Trim()));
        Assert.That((await _auth.SendAsync(HttpMethod.Get, $"/v1/admin/users?email={Uri.EscapeDataString(text)}", token: admin.Token).ReadAsync())["items"]!.AsArray(), Is.Empty);
        Assert.That((await _auth.SendAsync(HttpMethod.Get, $"/v1/admin/audit?subject={Uri.EscapeDataString(text)}&action={Uri.EscapeDataString(text)}", token: admin.Token).ReadAsync())["items"]!.AsArray(), Is.Empty);
        Assert.That(await _auth.QueryAsync<long>("SELECT count(*) FROM users"), Is.Positive);
    }

    [Test]
    public async Task A_field_that_does_not_exist_makes_nobody_an_administrator()
    {
        await _auth.SendAsync(HttpMethod.Post, "/v1/auth/register", new { email = AuthApplication.NewEmail(), password = AuthApplication.Password, role = "admin" }).ReadAsync(HttpStatusCode.BadRequest);
        var user = await _auth.NewUserAsync();
        await _auth.CreateKeyAsync(user.Token, new { name = "n", userId = Guid.NewGuid() }).ReadAsync(HttpStatusCode.BadRequest);
    }

    private static async Task ShouldBeClientErrorAsync(Task<HttpResponseMessage> answer)
    {
        using var received = await answer;
        Assert.That((int)received.StatusCode, Is.InRange(400, 499), await received.Content.ReadAsStringAsync());
        Assert.That(received.Headers.Contains("Set-Cookie"), Is.False);
    }

    private async Task<string> KidAsync() => Jwt.HeaderOf(await _auth.NewUserTokenAsync()).Text("kid");

    private async Task RefusedAsync(string token) =>
        Assert.That(await _auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized), token[..Math.Min(60, token.Length)]);

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private sealed class CountingHasher : IPasswordHasher<User>
    {
        private readonly PasswordHasher<User> inner = new(Options.Create(new PasswordHasherOptions()));
        private int verifications;

        public int Verifications => verifications;

        public string HashPassword(User user, string password) => inner.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref verifications);
            return inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
