using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Integration.AuthService;

public class AdministrationTests
{
    private AuthApplication _auth = null!;
    private TestUser _admin = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _admin = await _auth.NewUserAsync("admin");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task Users_are_listed_page_by_page_and_found_by_the_beginning_of_their_address()
    {
        var prefix = $"p{Guid.NewGuid():N}"[..12];
        for (var i = 0; i < 5; i++)
            await _auth.RegisterAsync($"{prefix}.{i}@example.org").ReadAsync(HttpStatusCode.Created);

        var seen = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = await GetAsync($"?email={prefix.ToUpperInvariant()}&limit=2{(next.Length > 0 ? $"&cursor={next}" : "")}").ReadAsync();
            seen.AddRange(page["items"]!.AsArray().Select(user => user!.Text("email")));
            next = page["next"]?.GetValue<string>();
        }
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 5).Reverse().Select(i => $"{prefix}.{i}@example.org")));
    }

    [TestCase("%25")]
    [TestCase("_")]
    [TestCase("%27%20OR%201=1--")]
    public async Task A_search_is_text_and_not_a_pattern(string prefix) =>
        Assert.That((await GetAsync($"?email={prefix}").ReadAsync())["items"]!.AsArray(), Is.Empty);

    [TestCase("?limit=0", "limit")]
    [TestCase("?limit=201", "limit")]
    [TestCase("?cursor=elsewhere", "cursor")]
    public async Task A_malformed_query_names_its_field(string query, string field) =>
        Assert.That((await GetAsync(query).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo(field));

    [Test]
    public async Task A_role_decides_the_next_token_and_is_announced()
    {
        await using var events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "user.changed");
        var user = await _auth.NewUserAsync();
        await PatchAsync(user.Id, new { role = "analyst" }).ReadAsync();
        var renewed = (await _auth.RefreshAsync(user.RefreshToken).ReadAsync()).Text("access_token");
        Assert.That(TestUser.ScopesOf(renewed), Does.Contain("insights"));
        Assert.That((await events.WaitForAsync(user.Id, 1, () => _auth.Log)).Single().Body.GetProperty("reason").GetString(), Is.EqualTo("roles-changed"));
    }

    [Test]
    public async Task A_disabled_user_is_out_with_all_they_have_until_enabled()
    {
        var user = await _auth.NewUserAsync();
        var key = (await _auth.NewKeyAsync(user.Token)).Text("key");
        await PatchAsync(user.Id, new { disabled = true }).ReadAsync();
        await _auth.RefreshAsync(user.RefreshToken).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.ExchangeAsync(key).ReadAsync(HttpStatusCode.Unauthorized);
        Assert.That((await _auth.SignInAsync(user.Email).ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("user-disabled"));
        await _auth.SignInAsync(user.Email, "not-the-heron").ReadAsync(HttpStatusCode.Unauthorized); // a stranger does not hear it

        await PatchAsync(user.Id, new { disabled = false }).ReadAsync();
        await _auth.SignInAsync(user.Email).ReadAsync();
        await _auth.ExchangeAsync(key).ReadAsync();
    }

    [Test]
    public async Task The_last_administrator_stays_also_when_two_remove_each_other_at_once()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var one = await auth.NewUserAsync("admin");
        var other = await auth.NewUserAsync("admin");
        var answers = await Task.WhenAll(
            auth.SendAsync(HttpMethod.Patch, $"/v1/admin/users/{other.Id}", new { role = "user" }, one.Token).StatusAsync(),
            auth.SendAsync(HttpMethod.Patch, $"/v1/admin/users/{one.Id}", new { disabled = true }, other.Token).StatusAsync());
        Assert.That(answers, Has.One.EqualTo(HttpStatusCode.OK).And.One.AnyOf(HttpStatusCode.Conflict, HttpStatusCode.Forbidden));
        Assert.That(await auth.QueryAsync<long>("SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL"), Is.EqualTo(1));

        var last = answers[0] == HttpStatusCode.OK ? one : other;
        foreach (var patch in new object[] { new { role = "analyst" }, new { disabled = true } })
            Assert.That((await auth.SendAsync(HttpMethod.Patch, $"/v1/admin/users/{last.Id}", patch, last.Token).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("last-administrator"));
    }

    [Test]
    public async Task A_demoted_administrators_token_administers_no_more()
    {
        var former = await _auth.NewUserAsync("admin");
        await PatchAsync(former.Id, new { role = "user" }).ReadAsync();
        await _auth.SendAsync(HttpMethod.Get, "/v1/admin/users", token: former.Token).ReadAsync(HttpStatusCode.Forbidden);
        await _auth.SendAsync(HttpMethod.Patch, $"/v1/admin/users/{former.Id}", new { role = "admin" }, former.Token).ReadAsync(HttpStatusCode.Forbidden);
    }

    /// <summary>Every endpoint there is, so that a new one can't forget to ask.</summary>
    [Test]
    public async Task A_demoted_administrators_token_opens_nothing_under_admin()
    {
        var former = await _auth.NewUserAsync("admin");
        await PatchAsync(former.Id, new { role = "user" }).ReadAsync();
        var endpoints = _auth.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Path: "/" + endpoint.RoutePattern.RawText!.Trim('/'), Methods: endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]))
            .Where(endpoint => endpoint.Path.StartsWith("/v1/admin", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Methods.Select(method => (endpoint.Path, Method: method)))
            .ToArray();
        Assert.That(endpoints.Select(endpoint => $"{endpoint.Method} {endpoint.Path}"), Is.SupersetOf(new[] { "DELETE /v1/admin/users/{id:guid}", "GET /v1/admin/erasures", "GET /v1/admin/requests" }));
        foreach (var (path, method) in endpoints)
        {
            var body = method is "POST" or "PUT" or "PATCH" ? new { } : null;
            var status = await _auth.SendAsync(new HttpMethod(method), path.Replace("{id:guid}", _admin.Id, StringComparison.Ordinal), body, former.Token).StatusAsync();
            Assert.That(status, Is.AnyOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), $"{method} {path}");
        }
    }

    [Test]
    public async Task Nobody_else_administers()
    {
        foreach (var role in new[] { "user", "analyst" })
        {
            var user = await _auth.NewUserAsync(role);
            foreach (var path in new[] { "users", $"users/{_admin.Id}", "audit", "audit/verify" })
                Assert.That((await _auth.SendAsync(HttpMethod.Get, $"/v1/admin/{path}", token: user.Token).ReadAsync(HttpStatusCode.Forbidden)).Text("detail"), Does.Contain("'admin'"), path);
        }
    }

    [Test]
    public async Task A_locked_account_is_unlocked()
    {
        var user = await _auth.NewUserAsync();
        for (var i = 0; i < 10; i++)
            await _auth.SignInAsync(user.Email, "not-the-heron").ReadAsync(HttpStatusCode.Unauthorized);
        Assert.That((await GetAsync($"/{user.Id}").ReadAsync())["lockedUntil"], Is.Not.Null);
        await _auth.SendAsync(HttpMethod.Post, $"/v1/admin/users/{user.Id}/unlock", token: _admin.Token).ReadAsync(HttpStatusCode.NoContent);
        Assert.That((await GetAsync($"/{user.Id}").ReadAsync())["lockedUntil"], Is.Null);
        await _auth.SignInAsync(user.Email).ReadAsync();
    }

    [Test]
    public async Task A_one_time_password_is_good_for_choosing_another_once()
    {
        var user = await _auth.NewUserAsync();
        var reset = await ResetAsync(user.Id);
        var secret = reset.Text("password");
        await _auth.RefreshAsync(user.RefreshToken).ReadAsync(HttpStatusCode.Unauthorized);
        await _auth.SignInAsync(user.Email).ReadAsync(HttpStatusCode.Unauthorized);
        Assert.That((await _auth.SignInAsync(user.Email, secret).ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("new-password-needed"));
        Assert.That((await UseAsync(user.Email, secret, "short").ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("new_password"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => UseAsync(user.Email, secret, $"ask-the-egret-{i}").StatusAsync()));
        Assert.That(answers.Count(status => status == HttpStatusCode.OK), Is.EqualTo(1));
        await UseAsync(user.Email, secret, "ask-the-crane").ReadAsync(HttpStatusCode.Unauthorized);
        Assert.That(await _auth.DumpAsync("users") + await _auth.DumpAsync("history") + _auth.Log, Does.Not.Contain(secret[4..]));
    }

    [Test]
    public async Task A_one_time_password_expires()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var (admin, user) = (await auth.NewUserAsync("admin"), await auth.NewUserAsync());
        var secret = (await auth.SendAsync(HttpMethod.Post, $"/v1/admin/users/{user.Id}/password", token: admin.Token).ReadAsync()).Text("password");
        auth.Time.Advance(TimeSpan.FromHours(25));
        await auth.TokenAsync(("username", user.Email), ("password", secret), ("new_password", "ask-the-egret")).ReadAsync(HttpStatusCode.Unauthorized);
    }

    [TestCase("root", null, "role")]
    [TestCase(null, null, "role")]
    public async Task A_malformed_change_names_its_field(string? role, bool? disabled, string field) =>
        Assert.That((await PatchAsync(_admin.Id, new { role, disabled }).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo(field));

    [Test]
    public async Task Who_is_not_there_is_404()
    {
        await PatchAsync(Guid.NewGuid().ToString(), new { role = "user" }).ReadAsync(HttpStatusCode.NotFound);
        await GetAsync($"/{Guid.NewGuid()}").ReadAsync(HttpStatusCode.NotFound);
    }

    private Task<HttpResponseMessage> GetAsync(string rest) => _auth.SendAsync(HttpMethod.Get, $"/v1/admin/users{rest}", token: _admin.Token);

    private Task<HttpResponseMessage> PatchAsync(string id, object patch) => _auth.SendAsync(HttpMethod.Patch, $"/v1/admin/users/{id}", patch, _admin.Token);

    private Task<JsonNode> ResetAsync(string id) => _auth.SendAsync(HttpMethod.Post, $"/v1/admin/users/{id}/password", token: _admin.Token).ReadAsync();

    private Task<HttpResponseMessage> UseAsync(string email, string oneTimePassword, string newPassword) =>
        _auth.TokenAsync(("username", email), ("password", oneTimePassword), ("new_password", newPassword));
}
