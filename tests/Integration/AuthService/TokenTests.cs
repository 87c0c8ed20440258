using System.Buffers.Text;
using System.Net;
using System.Text;
using NUnit.Framework;

namespace Integration.AuthService;

public class TokenTests
{
    private AuthApplication _auth = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _auth = await AuthApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task A_wrong_password_and_an_unknown_user_get_the_same_answer()
    {
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        var wrong = await _auth.SignInAsync(email, "not-the-heron").ReadAsync(HttpStatusCode.Unauthorized);
        var unknown = await _auth.SignInAsync(AuthApplication.NewEmail()).ReadAsync(HttpStatusCode.Unauthorized);
        Assert.That(unknown.ToJsonString(), Is.EqualTo(wrong.ToJsonString()));
    }

    [TestCase("grant_type", "implicit", "grant_type")]
    [TestCase("grant_type", "password", "username")]
    [TestCase("grant_type", "refresh_token", "refresh_token")]
    [TestCase("grant_type", "client_credentials", "client_id")]
    public async Task A_malformed_grant_names_its_field(string name, string value, string field) =>
        Assert.That((await _auth.TokenAsync((name, value)).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo(field));

    [Test]
    public async Task Many_wrong_passwords_lock_the_account_for_a_while()
    {
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        await LockAsync(email);
        await _auth.SignInAsync(email).ReadAsync(HttpStatusCode.TooManyRequests); // also with the right password

        _auth.Time.Advance(TimeSpan.FromSeconds(30));
        await _auth.SignInAsync(email).ReadAsync();
    }

    [Test]
    public async Task An_account_that_does_not_exist_locks_alike() => await LockAsync(AuthApplication.NewEmail());

    [Test]
    public async Task Guesses_at_once_do_not_slip_past_the_lock()
    {
        var email = AuthApplication.NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _auth.SignInAsync(email, "a-wrong-guess").StatusAsync()));
        Assert.That(answers.Count(status => status == HttpStatusCode.Unauthorized), Is.EqualTo(10));
        Assert.That(answers.Count(status => status == HttpStatusCode.TooManyRequests), Is.EqualTo(20));
    }

    [Test]
    public async Task Guesses_at_several_replicas_are_counted_together()
    {
        await using var replica = await AuthApplication.StartNewAsync(database: _auth.Database);
        var email = AuthApplication.NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (i % 2 == 0 ? _auth : replica).SignInAsync(email, "a-wrong-guess").StatusAsync()));
        Assert.That(answers.Count(status => status == HttpStatusCode.Unauthorized), Is.EqualTo(10));
        Assert.That(answers.Count(status => status == HttpStatusCode.TooManyRequests), Is.EqualTo(20));
    }

    [Test]
    public async Task Many_correct_sign_ins_at_once_all_succeed()
    {
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        await using var replica = await AuthApplication.StartNewAsync(database: _auth.Database);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? _auth : replica).SignInAsync(email).StatusAsync()));
        Assert.That(answers, Is.All.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_refresh_token_is_good_for_one_use()
    {
        var first = await SignInNewUserAsync();
        var second = (await _auth.RefreshAsync(first).ReadAsync()).Text("refresh_token");
        Assert.That(second, Is.Not.EqualTo(first));
        var answer = await _auth.RefreshAsync(second).ReadAsync();
        Assert.That(await _auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: answer.Text("access_token")).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Replaying_a_refresh_token_ends_the_session_for_both()
    {
        var stolen = await SignInNewUserAsync();
        var current = (await _auth.RefreshAsync(stolen).ReadAsync()).Text("refresh_token");
        await _auth.RefreshAsync(stolen).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.RefreshAsync(current).ReadAsync(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Of_many_uses_at_once_at_most_one_succeeds()
    {
        var token = await SignInNewUserAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _auth.RefreshAsync(token).StatusAsync()));
        Assert.That(answers.Count(status => status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Count(status => status == HttpStatusCode.Unauthorized), Is.EqualTo(7));
    }

    [Test]
    public async Task Another_session_of_the_user_is_not_touched()
    {
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        var phone = (await _auth.SignInAsync(email).ReadAsync()).Text("refresh_token");
        var laptop = (await _auth.SignInAsync(email).ReadAsync()).Text("refresh_token");
        await _auth.RefreshAsync(phone).ReadAsync();
        await _auth.RefreshAsync(phone).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.RefreshAsync(laptop).ReadAsync();
    }

    [Test]
    public async Task Refresh_tokens_are_stored_as_hashes() =>
        Assert.That(await _auth.DumpAsync("refresh_tokens"), Does.Not.Contain((await SignInNewUserAsync())[4..]));

    [Test]
    public async Task Services_get_the_scopes_of_the_table_and_no_others()
    {
        await _auth.ServiceTokenAsync("inference", "objects").ReadAsync();
        Assert.That((await _auth.ServiceTokenAsync("inference", "exchange").ReadAsync(HttpStatusCode.Forbidden)).Text("detail"), Does.Contain("'exchange'"));
        await _auth.ServiceTokenAsync("inference", "objects", "another secret here").ReadAsync(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_user_may_not_exchange_keys_and_hears_which_scope_it_takes()
    {
        var token = await _auth.NewUserTokenAsync();
        var problem = await _auth.SendAsync(HttpMethod.Post, "/internal/exchange", new { guest = true }, token).ReadAsync(HttpStatusCode.Forbidden);
        Assert.That(problem.Text("detail"), Does.Contain("'exchange'"));
    }

    [Test]
    public async Task Forged_tokens_are_refused()
    {
        var parts = (await _auth.NewUserTokenAsync()).Split('.');
        await RefusedAsync($"{Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.");
        await RefusedAsync($"{Encode("""{"alg":"HS256","kid":"x"}""")}.{parts[1]}.{parts[2]}");
        await RefusedAsync($"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}");
        await RefusedAsync($"{parts[0]}.{Encode("""{"sub":"somebody","roles":["admin"]}""")}.{parts[2]}");
        await RefusedAsync(new string('a', 7000));
    }

    [Test]
    public async Task An_access_token_ends_after_ten_minutes()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var token = await auth.NewUserTokenAsync();
        auth.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.That(await auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        auth.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(await auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_restart_and_a_replica_accept_what_was_signed_before()
    {
        var token = await _auth.NewUserTokenAsync();
        await using var replica = await AuthApplication.StartNewAsync(database: _auth.Database);
        Assert.That(await replica.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await replica.Client.GetStringAsync("/.well-known/jwks.json"), Is.EqualTo(await _auth.Client.GetStringAsync("/.well-known/jwks.json")));
    }

    [Test]
    public async Task Published_keys_have_no_private_part() =>
        Assert.That(await _auth.Client.GetStringAsync("/.well-known/jwks.json"), Does.Contain("\"x\":").And.Not.Contain("\"d\":"));

    private async Task LockAsync(string email)
    {
        for (var i = 0; i < 10; i++)
            await _auth.SignInAsync(email, "not-the-heron").ReadAsync(HttpStatusCode.Unauthorized);
        using var locked = await _auth.SignInAsync(email, "not-the-heron");
        await locked.ReadAsync(HttpStatusCode.TooManyRequests);
        Assert.That(locked.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromSeconds(15)));
    }

    private async Task<string> SignInNewUserAsync()
    {
        var email = AuthApplication.NewEmail();
        await _auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created);
        return (await _auth.SignInAsync(email).ReadAsync()).Text("refresh_token");
    }

    private async Task RefusedAsync(string token) =>
        Assert.That(await _auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized), token[..Math.Min(40, token.Length)]);

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
