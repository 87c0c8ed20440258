using System.Net;
using Npgsql;
using NUnit.Framework;
using TestSupport;

namespace Integration.AuthService;

/// <summary>What a key can be limited to, and how many there can be.</summary>
public class KeyLimitTests
{
    private AuthApplication _auth = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _auth = await AuthApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _auth.DisposeAsync();

    [Test]
    public async Task Models_and_quotas_travel_with_the_token()
    {
        var user = await _auth.NewUserAsync();
        var key = await _auth.NewKeyAsync(user.Token, new { name = "camera", models = new[] { "mask-detector", "resnet50" }, dailyQuota = new { requests = 100, items = 1000 } });
        var exchanged = await _auth.ExchangeAsync(key.Text("key")).ReadAsync();
        Assert.That(exchanged["dailyRequests"]!.GetValue<long>(), Is.EqualTo(100));
        Assert.That(exchanged["dailyItems"]!.GetValue<long>(), Is.EqualTo(1000));
        Assert.That(exchanged["models"]!.ToJsonString(), Is.EqualTo("""["mask-detector","resnet50"]"""));
        var claims = Jwt.PayloadOf(exchanged.Text("token"));
        Assert.That(claims.Text("models"), Is.EqualTo("mask-detector resnet50"));
        Assert.That(claims.Text("item_quota"), Is.EqualTo("true"));
        Assert.That(claims.Text("key"), Is.EqualTo(key.Text("id")));
    }

    [Test]
    public async Task Only_administrators_make_keys_above_the_users_limit()
    {
        var fast = new { name = "fast", requestsPerMinute = 6001 };
        var refused = await _auth.CreateKeyAsync((await _auth.NewUserAsync()).Token, fast).ReadAsync(HttpStatusCode.Forbidden);
        Assert.That((refused.Text("code"), refused.Field()), Is.EqualTo(("limit-too-high", "requestsPerMinute")));
        Assert.That((await _auth.NewKeyAsync((await _auth.NewUserAsync("admin")).Token, fast))["requestsPerMinute"]!.GetValue<int>(), Is.EqualTo(6001));
    }

    [Test]
    public async Task A_key_without_limits_has_none_of_these()
    {
        var exchanged = await _auth.ExchangeAsync((await _auth.NewKeyAsync((await _auth.NewUserAsync()).Token)).Text("key")).ReadAsync();
        Assert.That(exchanged["models"], Is.Null);
        Assert.That(exchanged["dailyRequests"], Is.Null);
        Assert.That(Jwt.PayloadOf(exchanged.Text("token"))["models"], Is.Null);
        Assert.That(Jwt.PayloadOf(exchanged.Text("token"))["item_quota"], Is.Null);
    }

    [Test]
    public async Task A_plain_number_is_a_quota_of_requests()
    {
        var key = await _auth.NewKeyAsync((await _auth.NewUserAsync()).Token, new { name = "old", dailyQuota = 5 });
        Assert.That(key["dailyQuota"]!.ToJsonString(), Is.EqualTo("""{"requests":5}"""));
    }

    [Test]
    public async Task The_longest_list_of_models_still_makes_a_token()
    {
        var models = Enumerable.Range(0, 20).Select(i => $"{i:00}".PadRight(64, 'm')).ToArray();
        var key = await _auth.NewKeyAsync((await _auth.NewUserAsync()).Token, new { name = "all", models });
        var token = (await _auth.ExchangeAsync(key.Text("key")).ReadAsync()).Text("token");
        Assert.That(await _auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    /// <summary>Whoever changes a user takes the history's lock and then the user's row. The other way round, two would wait for each other.</summary>
    [Test]
    public async Task A_key_made_with_an_idempotency_key_waits_for_the_history_before_it_holds_the_user()
    {
        var user = await _auth.NewUserAsync();
        await using var source = NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(_auth.Database));
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var change = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({0x5175_6974_6548_6973})", connection, transaction);
        await change.ExecuteNonQueryAsync();

        var making = _auth.CreateKeyAsync(user.Token, new { name = "racing" }, Guid.NewGuid().ToString());
        await Eventually.IsTrueAsync(
            () => _auth.QueryAsync<bool>("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"),
            "it waits for the history", () => _auth.Log);

        change.CommandText = $"SELECT 1 FROM users WHERE id = '{user.Id}' FOR UPDATE NOWAIT";
        Assert.That(() => change.ExecuteScalar(), Is.EqualTo(1));
        await transaction.CommitAsync();
        await making.ReadAsync(HttpStatusCode.Created);
    }

    [Test]
    public async Task Keys_are_listed_page_by_page()
    {
        var user = await _auth.NewUserAsync();
        for (var i = 0; i < 5; i++)
            await _auth.NewKeyAsync(user.Token, new { name = $"{i}" });
        var first = await _auth.SendAsync(HttpMethod.Get, "/v1/auth/keys?limit=3", token: user.Token).ReadAsync();
        var second = await _auth.SendAsync(HttpMethod.Get, $"/v1/auth/keys?limit=3&cursor={first.Text("next")}", token: user.Token).ReadAsync();
        Assert.That(first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(key => key!.Text("name")), Is.EqualTo(new[] { "4", "3", "2", "1", "0" }));
        Assert.That(second["next"], Is.Null);
    }

    [Test]
    public async Task A_user_has_so_many_keys_and_no_more_also_when_all_are_made_at_once()
    {
        await using var auth = await AuthApplication.StartNewAsync(new Dictionary<string, string> { ["Auth:Keys:MaxPerUser"] = "3" });
        var user = await auth.NewUserAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => auth.CreateKeyAsync(user.Token, new { name = $"{i}" }).StatusAsync()));
        Assert.That(answers.Count(status => status == HttpStatusCode.Created), Is.EqualTo(3));
        Assert.That(answers.Count(status => status == HttpStatusCode.Conflict), Is.EqualTo(9));

        var id = (await auth.SendAsync(HttpMethod.Get, "/v1/auth/keys", token: user.Token).ReadAsync())["items"]![0]!.Text("id");
        await auth.SendAsync(HttpMethod.Delete, $"/v1/auth/keys/{id}", token: user.Token).ReadAsync(HttpStatusCode.NoContent);
        await auth.NewKeyAsync(user.Token); // a revoked one does not count
        await auth.NewKeyAsync((await auth.NewUserAsync()).Token); // nor do somebody else's
    }

    [Test]
    public async Task Among_ten_thousand_keys_one_is_found_by_an_index()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var user = await auth.NewUserAsync();
        var key = (await auth.NewKeyAsync(user.Token)).Text("key");
        await auth.ExecuteAsync($"""
            INSERT INTO api_keys (id, user_id, name, prefix, hash, scopes, created_at)
            SELECT gen_random_uuid(), '{user.Id}', 'many', 'isk_' || substr(md5(i::text), 1, 8), sha256(i::text::bytea), ARRAY['predict'], now() FROM generate_series(1, 10000) i;
            ANALYZE api_keys
            """);
        const string ByIndex = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'api_keys_by_prefix'";
        const string ByTable = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'api_keys'";
        // Statistics come a little later: first those of everything above.
        await auth.ExchangeAsync(key).ReadAsync();
        var before = await Eventually.SeeAsync("the first look-up is counted", () => auth.QueryAsync<long>(ByIndex), scans => scans > 0);
        var tableScans = await auth.QueryAsync<long>(ByTable);
        for (var i = 0; i < 10; i++)
            await auth.ExchangeAsync(key).ReadAsync();
        await Eventually.SeeAsync("ten look-ups by the index", () => auth.QueryAsync<long>(ByIndex), scans => scans >= before + 10);
        Assert.That(await auth.QueryAsync<long>(ByTable), Is.EqualTo(tableScans));
    }

    [Test]
    public async Task The_usage_of_a_key_is_told_by_day_to_its_owner()
    {
        var user = await _auth.NewUserAsync();
        var id = (await _auth.NewKeyAsync(user.Token)).Text("id");
        await _auth.ExecuteAsync($"INSERT INTO key_usage VALUES ('{id}', '2026-03-01', 10, 20, 1), ('{id}', '2026-03-03', 5, 5, 0), ('{id}', '2026-04-01', 7, 7, 7)");
        var usage = await UsageAsync(id, "?from=2026-03-01&to=2026-03-31", user.Token).ReadAsync();
        Assert.That(usage["requests"]!.GetValue<long>(), Is.EqualTo(15));
        Assert.That(usage["items"]!.GetValue<long>(), Is.EqualTo(25));
        Assert.That(usage["refused"]!.GetValue<long>(), Is.EqualTo(1));
        Assert.That(usage["days"]!.AsArray().Select(day => day!.Text("day")), Is.EqualTo(new[] { "2026-03-01", "2026-03-03" }));

        await UsageAsync(id, "", (await _auth.NewUserAsync()).Token).ReadAsync(HttpStatusCode.NotFound);
        Assert.That((await UsageAsync(id, "", user.Token).ReadAsync())["days"]!.AsArray(), Is.Empty);
    }

    [TestCase("?from=2026-03-02&to=2026-03-01")]
    [TestCase("?from=2020-01-01&to=2026-03-01")]
    [TestCase("?from=yesterday")]
    public async Task A_span_that_is_none_names_its_field(string query)
    {
        var user = await _auth.NewUserAsync();
        var id = (await _auth.NewKeyAsync(user.Token)).Text("id");
        Assert.That((await UsageAsync(id, query, user.Token).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("from"));
    }

    private Task<HttpResponseMessage> UsageAsync(string id, string query, string token) => _auth.SendAsync(HttpMethod.Get, $"/v1/auth/keys/{id}/usage{query}", token: token);
}
