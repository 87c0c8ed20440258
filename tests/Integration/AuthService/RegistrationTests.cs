using System.Net;
using NUnit.Framework;

namespace Integration.AuthService;

public class RegistrationTests
{
    private AuthApplication _auth = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _auth = await AuthApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task A_user_registers_signs_in_and_sees_who_they_are()
    {
        var email = AuthApplication.NewEmail();
        var registered = await _auth.RegisterAsync($" {email.ToUpperInvariant()} ").ReadAsync(HttpStatusCode.Created);
        var token = (await _auth.SignInAsync(email).ReadAsync()).Text("access_token");
        var me = await _auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).ReadAsync();
        Assert.That(me.ToJsonString(), Is.EqualTo(registered.ToJsonString()));
        Assert.That(me.Text("email"), Is.EqualTo(email));
        Assert.That(me["scopes"]!.ToJsonString(), Is.EqualTo("""["predict","feedback"]"""));
    }

    [Test]
    public async Task Of_many_who_register_one_address_at_once_one_succeeds()
    {
        var email = AuthApplication.NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _auth.RegisterAsync(email).StatusAsync()));
        Assert.That(answers.Order(), Is.EqualTo(Enumerable.Repeat(HttpStatusCode.Conflict, 11).Prepend(HttpStatusCode.Created)));
    }

    [Test]
    public async Task Text_that_can_not_be_stored_is_the_callers_mistake()
    {
        var registration = await _auth.RegisterAsync(AuthApplication.NewEmail(), consent: new { version = "1\0" }).ReadAsync(HttpStatusCode.BadRequest);
        Assert.That(registration.Text("code"), Is.EqualTo("invalid-text"));
        var key = await _auth.CreateKeyAsync(await _auth.NewUserTokenAsync(), new { name = "a\0b" }).ReadAsync(HttpStatusCode.BadRequest);
        Assert.That(key.Text("code"), Is.EqualTo("invalid-text"));
    }

    [Test]
    public async Task A_taken_address_is_taken_in_every_spelling()
    {
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        var problem = await _auth.RegisterAsync($"\t{email.ToUpperInvariant()}").ReadAsync(HttpStatusCode.Conflict);
        Assert.That(problem.Field(), Is.EqualTo("email"));
    }

    [Test]
    public async Task A_weak_password_is_named() =>
        Assert.That((await _auth.RegisterAsync(AuthApplication.NewEmail(), "short").ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("password"));

    [Test]
    public async Task No_password_is_stored_or_logged()
    {
        var password = $"secret-{Guid.NewGuid():N}";
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email, password, idempotencyKey: "one").ReadAsync(HttpStatusCode.Created);
        await _auth.SignInAsync(email, password).ReadAsync();
        foreach (var table in new[] { "users", "idempotency", "sign_in_attempts", "refresh_tokens" })
            Assert.That(await _auth.DumpAsync(table), Does.Not.Contain(password), table);
        Assert.That(_auth.Log, Does.Not.Contain(password));
    }

    [TestCase("'; DROP TABLE users; --@example.org")]
    [TestCase("<script>alert(1)</script>@example.org")]
    public async Task Injection_is_just_a_wrong_address(string email) =>
        Assert.That((await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("email"));

    [Test]
    public async Task A_repeated_request_with_its_key_registers_once()
    {
        var email = AuthApplication.NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _auth.RegisterAsync(email, idempotencyKey: "again").ReadAsync(HttpStatusCode.Created)));
        Assert.That(answers.Select(answer => answer.ToJsonString()).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Strangers_may_use_the_same_idempotency_key()
    {
        await _auth.RegisterAsync(AuthApplication.NewEmail(), idempotencyKey: "1").ReadAsync(HttpStatusCode.Created);
        await _auth.RegisterAsync(AuthApplication.NewEmail(), idempotencyKey: "1").ReadAsync(HttpStatusCode.Created);
    }

    [Test]
    public async Task A_wrong_content_type_is_415_without_credentials_too()
    {
        var form = new FormUrlEncodedContent([KeyValuePair.Create("email", "a@example.org")]);
        Assert.That(await _auth.Client.PostAsync("/v1/auth/register", form).StatusAsync(), Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task In_production_consent_is_required_and_recorded()
    {
        await using var production = await AuthApplication.StartNewAsync(new Dictionary<string, string> { ["environment"] = "Production" });
        var email = AuthApplication.NewEmail();
        Assert.That((await production.RegisterAsync(email).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("consent"));
        var registered = await production.RegisterAsync(email, consent: new { version = "2026-01" }).ReadAsync(HttpStatusCode.Created);
        Assert.That(registered["consent"]!.Text("version"), Is.EqualTo("2026-01"));
        Assert.That(registered["consent"]!["givenAt"], Is.Not.Null);
        Assert.That(await production.DumpAsync("consents"), Does.Contain("2026-01"));
    }

    [Test]
    public async Task The_first_administrator_comes_from_configuration_once_and_is_never_logged()
    {
        var settings = new Dictionary<string, string> { ["Auth:Admin:Email"] = "root@suite.local", ["Auth:Admin:Password"] = "a-first-password" };
        await using var first = await AuthApplication.StartNewAsync(settings);
        await using var second = await AuthApplication.StartNewAsync(settings, first.Database);
        var token = (await second.SignInAsync("root@suite.local", "a-first-password").ReadAsync()).Text("access_token");
        var me = await second.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).ReadAsync();
        Assert.That(me["scopes"]!.ToJsonString(), Does.Contain("admin"));
        Assert.That((await first.DumpAsync("users")).Split('\n'), Has.Length.EqualTo(1));
        Assert.That(first.Log + second.Log, Does.Not.Contain("a-first-password"));
    }
}
