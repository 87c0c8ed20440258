using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.AuthService;

public class AuditTests
{
    private AuthApplication _auth = null!;
    private TestUser _admin = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _admin = await _auth.NewUserAsync("admin");
    }

    [TearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task Every_act_is_on_record_with_who_did_it_and_without_an_address()
    {
        var user = await _auth.NewUserAsync();
        var key = await _auth.NewKeyAsync(user.Token);
        await _auth.SendAsync(HttpMethod.Delete, $"/v1/auth/keys/{key.Text("id")}", token: user.Token).ReadAsync(HttpStatusCode.NoContent);
        await _auth.SendAsync(HttpMethod.Put, "/v1/auth/me/consent", new { version = "1" }, user.Token).ReadAsync();
        await _auth.SendAsync(HttpMethod.Patch, $"/v1/admin/users/{user.Id}", new { role = "analyst", disabled = true }, _admin.Token).ReadAsync();
        await _auth.SendAsync(HttpMethod.Post, $"/v1/admin/users/{user.Id}/unlock", token: _admin.Token).ReadAsync(HttpStatusCode.NoContent);
        await _auth.SendAsync(HttpMethod.Post, $"/v1/admin/users/{user.Id}/password", token: _admin.Token).ReadAsync();
        await _auth.SendAsync(HttpMethod.Post, "/v1/admin/signing-keys/rotate", token: _admin.Token).ReadAsync();

        var entries = await ListAsync($"?subject={user.Id}");
        Assert.That(entries.Select(entry => entry!.Text("action")).Reverse(), Is.EqualTo(new[]
        {
            "user.registered", "key.created", "key.revoked", "user.consent-given", "user.roles-changed", "user.disabled",
            "account.unlocked", "account.password-reset", "user.password-changed",
        }));
        Assert.That(entries.Single(entry => entry!.Text("action") == "user.roles-changed")!.Text("actor"), Is.EqualTo(_admin.Id));
        Assert.That((await ListAsync("?action=signing-key.added")).Select(entry => entry!.Text("actor")), Is.EqualTo(new[] { _admin.Id, "schedule" }));
        Assert.That(await _auth.DumpAsync("history"), Does.Not.Contain("@example.org"));
    }

    [Test]
    public async Task The_trail_is_read_page_by_page()
    {
        for (var i = 0; i < 4; i++)
            await _auth.NewUserAsync();
        var first = await _auth.SendAsync(HttpMethod.Get, "/v1/admin/audit?action=user.registered&limit=3", token: _admin.Token).ReadAsync();
        var second = await _auth.SendAsync(HttpMethod.Get, $"/v1/admin/audit?action=user.registered&limit=3&cursor={first.Text("next")}", token: _admin.Token).ReadAsync();
        Assert.That(first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(entry => entry!["seq"]!.GetValue<long>()), Is.Ordered.Descending.And.Unique.And.Exactly(5).Items);
        Assert.That(second["next"], Is.Null);
    }

    [Test]
    public async Task An_altered_entry_breaks_the_chain_where_it_is()
    {
        await _auth.NewUserAsync();
        Assert.That((await VerifyAsync())["holds"]!.GetValue<bool>(), Is.True);
        await _auth.ExecuteAsync("UPDATE history SET actor = 'somebody else' WHERE seq = 2");
        var broken = await VerifyAsync();
        Assert.That(broken["holds"]!.GetValue<bool>(), Is.False);
        Assert.That(broken["brokenAt"]!.GetValue<long>(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_removed_entry_is_missed()
    {
        await _auth.NewUserAsync();
        await _auth.ExecuteAsync("DELETE FROM history WHERE seq = 1");
        Assert.That((await VerifyAsync()).Text("reason"), Does.Contain("1 is missing"));
    }

    private async Task<JsonArray> ListAsync(string query) =>
        (await _auth.SendAsync(HttpMethod.Get, $"/v1/admin/audit{query}", token: _admin.Token).ReadAsync())["items"]!.AsArray();

    private Task<JsonNode> VerifyAsync() => _auth.SendAsync(HttpMethod.Get, "/v1/admin/audit/verify", token: _admin.Token).ReadAsync();
}
