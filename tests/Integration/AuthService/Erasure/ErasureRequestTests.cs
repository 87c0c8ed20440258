using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.AuthService.Erasure;

/// <summary>Who may ask to be erased, how, and what holds from the commit of that on.</summary>
[TestFixture]
public sealed class ErasureRequestTests
{
    private AuthApplication auth = null!;

    [OneTimeSetUp]
    public async Task Start() => auth = await AuthApplication.StartNewAsync(new Dictionary<string, string>
    {
        ["ServiceIdentity:Name"] = $"auth-{Guid.NewGuid():N}",
        ["Auth:Admin:Email"] = "root@example.org",
        ["Auth:Admin:Password"] = AuthApplication.Password,
    });

    [OneTimeTearDown]
    public async Task Stop() => await auth.DisposeAsync();

    [Test]
    public async Task A_sign_in_of_a_moment_ago_needs_no_password() =>
        Assert.That(await EraseAsync(await NewPersonAsync()).StatusAsync(), Is.EqualTo(HttpStatusCode.Accepted));

    [Test]
    public async Task An_open_browser_or_a_stolen_refresh_token_is_not_enough()
    {
        var ada = await NewPersonAsync();
        auth.Time.Advance(TimeSpan.FromMinutes(6));

        var old = await EraseAsync(ada).ReadAsync(HttpStatusCode.Forbidden);
        var renewed = (await auth.RefreshAsync(ada.RefreshToken).ReadAsync()).Text("access_token");
        var fresh = await EraseAsync(ada with { Token = renewed }).ReadAsync(HttpStatusCode.Forbidden);

        Assert.That(old.Text("code"), Is.EqualTo("reauthentication-needed"));
        Assert.That(fresh.Text("code"), Is.EqualTo("reauthentication-needed"), "a renewed token is young, its sign-in is not");
        Assert.That(await EraseAsync(ada with { Token = renewed }, new { password = AuthApplication.Password }).StatusAsync(), Is.EqualTo(HttpStatusCode.Accepted));
    }

    [Test]
    public async Task A_stolen_session_is_not_young_because_its_owner_has_just_signed_in_elsewhere()
    {
        var ada = await NewPersonAsync();
        auth.Time.Advance(TimeSpan.FromMinutes(6));
        var elsewhere = (await auth.SignInAsync(ada.Email).ReadAsync()).Text("access_token");
        var stolen = (await auth.RefreshAsync(ada.RefreshToken).ReadAsync()).Text("access_token");

        Assert.That((await EraseAsync(ada with { Token = stolen }).ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("reauthentication-needed"));
        Assert.That(await EraseAsync(ada with { Token = elsewhere }).StatusAsync(), Is.EqualTo(HttpStatusCode.Accepted));
    }

    [Test]
    public async Task A_renewed_token_of_a_young_session_is_young()
    {
        var ada = await NewPersonAsync();
        var renewed = (await auth.RefreshAsync(ada.RefreshToken).ReadAsync()).Text("access_token");
        Assert.That(await EraseAsync(ada with { Token = renewed }).StatusAsync(), Is.EqualTo(HttpStatusCode.Accepted));
    }

    [Test]
    public async Task A_gateway_that_did_not_hear_it_learns_whose_tokens_are_over()
    {
        var ada = await NewPersonAsync();
        var since = Uri.EscapeDataString(auth.Time.GetUtcNow().AddSeconds(-1).ToString("O"));
        await EraseAsync(ada).ReadAsync(HttpStatusCode.Accepted);

        var changes = (await auth.SendAsAsync("gateway", "users", HttpMethod.Get, $"/internal/users/changed?since={since}").ReadAsync()).AsArray();
        var change = changes.Single(change => change!.Text("userId") == ada.Id)!;
        Assert.That(change.Text("reason"), Is.EqualTo("disabled"));
        var time = change["time"]!.GetValue<DateTimeOffset>().ToUnixTimeMilliseconds() / 1000.0;
        Assert.That(Jwt.PayloadOf(ada.Token)["iat"]!.GetValue<double>(), Is.LessThan(time));
    }

    [Test]
    public async Task A_wrong_password_is_refused_and_guessing_locks_as_signing_in_does()
    {
        var ada = await NewPersonAsync();

        Assert.That((await EraseAsync(ada, new { password = "not-the-heron" }).ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("wrong-password"));
        for (var i = 0; i < 9; i++)
            await EraseAsync(ada, new { password = $"guess number {i}" }).ReadAsync(HttpStatusCode.Forbidden);
        Assert.That(await EraseAsync(ada, new { password = AuthApplication.Password }).StatusAsync(), Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task A_key_can_not_erase_its_owner()
    {
        var ada = await NewPersonAsync();
        var key = (await auth.NewKeyAsync(ada.Token)).Text("key");
        var exchanged = (await auth.ExchangeAsync(key)).ReadAsync();

        Assert.That((await EraseAsync(ada with { Token = (await exchanged).Text("token") }).ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("sign-in-needed"));
    }

    [Test]
    public async Task From_the_answer_on_nothing_signs_in_as_them()
    {
        var ada = await NewPersonAsync();
        var key = (await auth.NewKeyAsync(ada.Token)).Text("key");

        await EraseAsync(ada).ReadAsync(HttpStatusCode.Accepted);

        Assert.That(await auth.SignInAsync(ada.Email).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await auth.RefreshAsync(ada.RefreshToken).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await auth.ExchangeAsync(key).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task Asked_for_many_times_at_once_it_happens_once()
    {
        var ada = await NewPersonAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EraseAsync(ada).StatusAsync()));

        Assert.That(answers.Count(status => status == HttpStatusCode.Accepted), Is.EqualTo(1));
        Assert.That(answers.Where(status => status != HttpStatusCode.Accepted), Is.All.AnyOf(HttpStatusCode.Conflict, HttpStatusCode.Forbidden, HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_receipt_is_for_whoever_has_its_token_and_is_no_token_itself()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        var erased = await suite.EraseAcceptedAsync(await suite.NewPersonAsync());
        var receipt = (await suite.WaitUntilDoneAsync(erased)).Text("receipt");

        Assert.That(await suite.AskAsync(erased.Location, null).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await suite.AskAsync(erased.Location, erased.Token[..^1] + "x").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await suite.AskAsync($"/v1/auth/erasures/{Guid.NewGuid()}", erased.Token).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await suite.Auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: receipt).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task An_administrator_erases_a_user_and_nobody_else_does()
    {
        var (ada, bob, root) = (await NewPersonAsync(), await NewPersonAsync(), await RootAsync());

        Assert.That(await auth.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{ada.Id}", token: bob.Token).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await auth.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{Guid.NewGuid()}", token: root).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        await auth.SendAsync(HttpMethod.Delete, $"/v1/admin/users/{ada.Id}", token: root).ReadAsync(HttpStatusCode.Accepted);
        Assert.That(await auth.SignInAsync(ada.Email).StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task The_last_administrator_stays()
    {
        var root = await RootAsync();
        Assert.That((await auth.SendAsync(HttpMethod.Delete, "/v1/auth/me", new { password = AuthApplication.Password }, root).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("last-admin"));
    }

    private Task<HttpResponseMessage> EraseAsync(Person person, object? body = null) => auth.SendAsync(HttpMethod.Delete, "/v1/auth/me", body, person.Token);

    private async Task<Person> NewPersonAsync()
    {
        var email = AuthApplication.NewEmail();
        var id = (await auth.RegisterAsync(email).ReadAsync(HttpStatusCode.Created)).Text("id");
        var session = await auth.SignInAsync(email).ReadAsync();
        return new Person(email, id, session.Text("access_token"), session.Text("refresh_token"));
    }

    private async Task<string> RootAsync() => (await auth.SignInAsync("root@example.org").ReadAsync()).Text("access_token");
}
