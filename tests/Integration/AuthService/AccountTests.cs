using System.Net;
using NUnit.Framework;

namespace Integration.AuthService;

/// <summary>Passwords and sessions.</summary>
public class AccountTests
{
    private const string NewPassword = "ask-the-egret";
    private AuthApplication _auth = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _auth = await AuthApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task A_changed_password_ends_every_other_session()
    {
        var user = await _auth.NewUserAsync();
        var phone = await _auth.SignedInAsync(user.Id, user.Email);
        var changed = await ChangeAsync(user.Token, AuthApplication.Password, NewPassword).ReadAsync();

        await _auth.RefreshAsync(user.RefreshToken).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.RefreshAsync(phone.RefreshToken).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.SignInAsync(user.Email).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.RefreshAsync(changed.Text("refresh_token")).ReadAsync();
        await _auth.SignInAsync(user.Email, NewPassword).ReadAsync();
    }

    [Test]
    public async Task Changing_a_password_needs_the_old_one_and_guesses_are_counted()
    {
        var user = await _auth.NewUserAsync();
        for (var i = 0; i < 10; i++)
            Assert.That((await ChangeAsync(user.Token, "not-the-heron", NewPassword).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("currentPassword"));
        await ChangeAsync(user.Token, AuthApplication.Password, NewPassword).ReadAsync(HttpStatusCode.TooManyRequests);
    }

    [Test]
    public async Task A_weak_new_password_is_named() =>
        Assert.That((await ChangeAsync((await _auth.NewUserAsync()).Token, AuthApplication.Password, "short").ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("newPassword"));

    [Test]
    public async Task A_key_does_not_change_its_users_password()
    {
        var user = await _auth.NewUserAsync();
        var token = (await _auth.ExchangeAsync((await _auth.NewKeyAsync(user.Token)).Text("key")).ReadAsync()).Text("token");
        await ChangeAsync(token, AuthApplication.Password, NewPassword).ReadAsync(HttpStatusCode.Forbidden);
    }

    /// <summary>Sign-ins with the old password race with its change: no session of theirs survives.</summary>
    [Test]
    public async Task A_sign_in_at_the_same_time_does_not_outlive_the_old_password()
    {
        var user = await _auth.NewUserAsync();
        var signingIn = Enumerable.Range(0, 6).Select(_ => _auth.SignInAsync(user.Email)).ToArray();
        await ChangeAsync(user.Token, AuthApplication.Password, NewPassword).ReadAsync();
        foreach (var answer in await Task.WhenAll(signingIn))
        {
            using (answer)
            {
                if (answer.StatusCode == HttpStatusCode.OK)
                    await _auth.RefreshAsync((await answer.ReadAsync()).Text("refresh_token")).ReadAsync(HttpStatusCode.Unauthorized);
            }
        }
    }

    [Test]
    public async Task Signing_out_everywhere_ends_every_session_and_says_so()
    {
        await using var events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "user.changed");
        var user = await _auth.NewUserAsync();
        var phone = await _auth.SignedInAsync(user.Id, user.Email);
        await _auth.SendAsync(HttpMethod.Delete, "/v1/auth/sessions", token: user.Token).ReadAsync(HttpStatusCode.NoContent);
        await _auth.RefreshAsync(user.RefreshToken).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.RefreshAsync(phone.RefreshToken).ReadAsync(HttpStatusCode.Unauthorized);
        var announced = (await events.WaitForAsync(user.Id, 1, () => _auth.Log)).Single().Body;
        Assert.That(announced.GetProperty("reason").GetString(), Is.EqualTo("signed-out"));
    }

    [Test]
    public async Task Signing_out_ends_one_session()
    {
        var user = await _auth.NewUserAsync();
        var phone = await _auth.SignedInAsync(user.Id, user.Email);
        await RevokeAsync(phone.RefreshToken, user.Token).ReadAsync();
        await _auth.RefreshAsync(phone.RefreshToken).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.RefreshAsync(user.RefreshToken).ReadAsync();
    }

    [Test]
    public async Task Somebody_elses_session_is_not_ended_and_not_told_apart()
    {
        var victim = await _auth.NewUserAsync();
        var attacker = await _auth.NewUserAsync();
        await RevokeAsync(victim.RefreshToken, attacker.Token).ReadAsync();
        await RevokeAsync("isr_unknown", attacker.Token).ReadAsync();
        await _auth.RefreshAsync(victim.RefreshToken).ReadAsync();
    }

    private Task<HttpResponseMessage> ChangeAsync(string token, string currentPassword, string newPassword) =>
        _auth.SendAsync(HttpMethod.Put, "/v1/auth/me/password", new { currentPassword, newPassword }, token);

    private Task<HttpResponseMessage> RevokeAsync(string refreshToken, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/auth/revoke") { Content = new FormUrlEncodedContent([KeyValuePair.Create("token", refreshToken)]) };
        request.Headers.Authorization = new("Bearer", token);
        return _auth.Client.SendAsync(request);
    }
}
