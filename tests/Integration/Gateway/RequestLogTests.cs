using System.Net;
using System.Text.Json.Nodes;
using Gateway.Requests;
using Integration.AuthService;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

/// <summary>From a request at the gateway to what an administrator reads.</summary>
public class RequestLogTests
{
    private readonly Refusing _refusing = new();
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private GatewayApplication _gateway = null!;
    private string _user = null!;
    private string _admin = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var settings = new Dictionary<string, string> { ["Auth:Admin:Email"] = "admin@example.org", ["Auth:Admin:Password"] = AuthApplication.Password };
        _auth = await AuthApplication.StartNewAsync(settings, services: services => services.AddSingleton<IStartupFilter>(_refusing));
        _inference = await Upstream.StartNewAsync();
        _inference.ItemCount = 3;
        _gateway = await StartNewAsync(_auth, [_inference.Address]);
        await _gateway.WaitUntilReadyAsync();
        _user = await _auth.NewUserTokenAsync();
        _admin = (await _auth.SignInAsync("admin@example.org").ReadAsync()).Text("access_token");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task A_request_with_a_key_is_told_whole()
    {
        var key = await _auth.NewKeyAsync(_user);
        using var answer = await _gateway.SendAsync(
            HttpMethod.Post, "/v1/models/mask-detector/predict?top=1&secret=hunter2", new ByteArrayContent(new byte[1000]), Key(key.Text("key")), ("X-Request-Id", "told-whole"), ("User-Agent", "test/1.0"));
        Assert.That(answer.Headers.Contains("X-Item-Count"), Is.False);
        var body = await answer.Content.ReadAsByteArrayAsync();
        var row = await RowAsync("requestId=told-whole");
        Assert.Multiple(() =>
        {
            Assert.That(row.Text("method"), Is.EqualTo("POST"));
            Assert.That(row.Text("path"), Is.EqualTo("/v1/models/mask-detector/predict"));
            Assert.That(row.Text("route"), Is.EqualTo("/v1/models/{model}/predict"));
            Assert.That(row.Text("principal"), Is.EqualTo(Jwt.PayloadOf(_user).Text("sub")));
            Assert.That(row.Text("keyId"), Is.EqualTo(key.Text("id")));
            Assert.That(row.Text("keyPrefix"), Is.EqualTo(key.Text("prefix")));
            Assert.That(row.Text("address"), Is.EqualTo("127.0.0.1"));
            Assert.That(row.Text("userAgent"), Is.EqualTo("test/1.0"));
            Assert.That(row["status"]!.GetValue<int>(), Is.EqualTo(200));
            Assert.That(row["items"]!.GetValue<int>(), Is.EqualTo(3));
            Assert.That(row["bytesIn"]!.GetValue<long>(), Is.EqualTo(1000));
            Assert.That(row["bytesOut"]!.GetValue<long>(), Is.EqualTo(body.Length));
            Assert.That(row["milliseconds"]!.GetValue<double>(), Is.GreaterThan(0));
        });
    }

    [Test]
    public async Task No_secret_is_in_it()
    {
        var key = await _auth.NewKeyAsync(_user);
        await _gateway.GetAsync("/v1/models?token=hunter2", Key(key.Text("key")), ("X-Request-Id", "no-secret-1")).ReadAsync();
        await _gateway.GetAsync("/v1/models?token=hunter2", Bearer(_user), ("X-Request-Id", "no-secret-2")).ReadAsync();
        await _gateway.GetAsync("/v1/models", Key("isk_a_wrong_key_that_is_secret_elsewhere"), ("X-Request-Id", "no-secret-3")).ReadAsync(HttpStatusCode.Unauthorized);
        await RowAsync("requestId=no-secret-3");
        var table = await _auth.DumpAsync("request_log");
        Assert.That(table, Does.Contain("no-secret-1").And.Contain("no-secret-2"));
        Assert.That(table, Does.Not.Contain("hunter2").And.Not.Contain(key.Text("key")).And.Not.Contain(_user).And.Not.Contain("a_wrong_key"));
    }

    [Test]
    public async Task Refusals_are_in_it_with_what_is_known_of_the_caller()
    {
        await _gateway.GetAsync("/v1/auth/me", ("X-Request-Id", "refused-1")).ReadAsync(HttpStatusCode.Unauthorized);
        var row = await RowAsync("requestId=refused-1");
        Assert.That((row["status"]!.GetValue<int>(), row["principal"], row.Text("route")), Is.EqualTo((401, (JsonNode?)null, "/v1/auth/{**rest}")));
        await _gateway.GetAsync("/nothing/here", ("X-Request-Id", "refused-2")).ReadAsync(HttpStatusCode.NotFound);
        Assert.That((await RowAsync("requestId=refused-2"))["route"], Is.Null);
    }

    [Test]
    public async Task A_line_break_in_a_user_agent_forges_no_line()
    {
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = _gateway.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("User-Agent", "curl\u0085\u009bforged\tline");
        request.Headers.TryAddWithoutValidation("X-Request-Id", "user-agent-1");
        (await client.SendAsync(request)).Dispose();
        Assert.That((await RowAsync("requestId=user-agent-1")).Text("userAgent"), Is.EqualTo("curl\ufffd\ufffdforged\ufffdline"));
    }

    [Test]
    public async Task What_a_key_was_used_for_is_summed_up_by_day()
    {
        var key = await _auth.NewKeyAsync(_user, new { name = "counted", requestsPerMinute = 3 });
        for (var i = 0; i < 5; i++)
            (await _gateway.GetAsync("/v1/models", Key(key.Text("key")))).Dispose();
        var expected = $"({key.Text("id")},{_auth.Time.GetUtcNow():yyyy-MM-dd},5,9,2)";
        var found = "";
        await Eventually.IsTrueAsync(async () => (found = await _auth.DumpAsync("key_usage")).Contains(expected, StringComparison.Ordinal), expected, () => found + _gateway.Log);
    }

    [Test]
    public async Task A_batch_that_is_sent_twice_counts_once()
    {
        var token = (await _auth.ServiceTokenAsync("gateway", "requests").ReadAsync()).Text("access_token");
        var (key, id) = (Guid.NewGuid(), Guid.CreateVersion7());
        var record = new RequestRecord(id, _auth.Time.GetUtcNow(), "twice", "GET", "/v1/models", "/v1/models", 200, 1, 0, 0, 7, "ada", key, "isk_12345678", "192.0.2.1", null);
        for (var i = 0; i < 2; i++)
            await _auth.SendAsync(HttpMethod.Post, "/internal/requests", new[] { record }, token).ReadAsync(HttpStatusCode.NoContent);
        Assert.That(await _auth.DumpAsync("key_usage"), Does.Contain($"({key},{_auth.Time.GetUtcNow():yyyy-MM-dd},1,7,0)"));
    }

    [Test]
    public async Task While_auth_refuses_records_wait_and_arrive_once()
    {
        _refusing.Times = 2;
        await _gateway.GetAsync("/v1/models", ("X-Request-Id", "patient-1")).ReadAsync();
        var page = await PageAsync("requestId=patient-1", expected: 1);
        Assert.That(page["items"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That(_refusing.Times, Is.Zero);
    }

    [Test]
    public async Task What_is_left_when_the_gateway_stops_is_sent()
    {
        var gateway = await StartNewAsync(_auth, [_inference.Address]);
        await gateway.GetAsync("/v1/models", ("X-Request-Id", "at-the-end")).ReadAsync();
        await gateway.DisposeAsync();
        Assert.That(await _auth.DumpAsync("request_log"), Does.Contain("at-the-end"));
    }

    [Test]
    public async Task Only_administrators_read_it()
    {
        Assert.That(await _gateway.GetAsync("/v1/admin/requests", Bearer(_user)).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await _gateway.GetAsync("/v1/admin/requests").StatusAsync(), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await _gateway.SendAsync(HttpMethod.Post, "/internal/requests", new StringContent("[]"), Bearer(_admin)).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Filters_narrow_it_and_pages_follow_each_other()
    {
        var key = await _auth.NewKeyAsync(_user);
        for (var i = 0; i < 5; i++)
            await _gateway.GetAsync("/v1/models", Key(key.Text("key"))).ReadAsync();
        await PageAsync($"key={key.Text("id")}", expected: 5);
        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = await _gateway.GetAsync($"/v1/admin/requests?key={key.Text("prefix")}&route=/v1/models&status=2xx&ip=127.0.0.1&limit=2{(next is null ? "" : $"&cursor={next}")}", Bearer(_admin)).ReadAsync();
            seen.AddRange(page["items"]!.AsArray().Select(item => item!.Text("id")));
            next = page["next"]?.GetValue<string>();
        }
        while (next is not null);
        Assert.That(seen, Has.Count.EqualTo(5).And.Unique);
        Assert.That((await PageAsync($"key={key.Text("id")}&status=404", expected: 0))["items"]!.AsArray(), Is.Empty);
    }

    [TestCase("limit=0", "limit")]
    [TestCase("limit=201", "limit")]
    [TestCase("cursor=rubbish", "cursor")]
    [TestCase("status=6xx", "status")]
    [TestCase("from=yesterday", "from")]
    public async Task A_filter_that_can_not_be_read_is_400_and_named(string query, string field) =>
        Assert.That((await _gateway.GetAsync($"/v1/admin/requests?{query}", Bearer(_admin)).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo(field));

    private async Task<JsonNode> RowAsync(string filter) => (await PageAsync(filter, expected: 1))["items"]!.AsArray().Single()!;

    private async Task<JsonNode> PageAsync(string filter, int expected)
    {
        JsonNode page = new JsonObject();
        await Eventually.IsTrueAsync(
            async () => (page = await _gateway.GetAsync($"/v1/admin/requests?{filter}", Bearer(_admin)).ReadAsync())["items"]!.AsArray().Count == expected,
            $"{expected} records of {filter}", () => page.ToJsonString() + _gateway.Log);
        return page;
    }

    /// <summary>AuthService that does not take records a few times.</summary>
    private sealed class Refusing : IStartupFilter
    {
        private int times;

        public int Times
        {
            get => Volatile.Read(ref times);
            set => Volatile.Write(ref times, value);
        }

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, after) =>
            {
                if (context.Request.Path != new PathString("/internal/requests") || Times == 0)
                    return after(context);
                Interlocked.Decrement(ref times);
                context.Response.StatusCode = 503;
                return Task.CompletedTask;
            });
            next(app);
        };
    }
}
