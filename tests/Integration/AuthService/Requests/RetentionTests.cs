using System.Net;
using NUnit.Framework;

namespace Integration.AuthService.Requests;

public class RetentionTests
{
    [Test]
    public async Task Old_requests_are_deleted_and_what_keys_were_used_for_stays()
    {
        await using var first = await AuthApplication.StartNewAsync();
        var key = Guid.NewGuid();
        await SendAsync(first, Record("old", key, first.Time.GetUtcNow().AddDays(-2)), Record("young", key, first.Time.GetUtcNow()));
        Assert.That(await first.DumpAsync("request_log"), Does.Contain("old").And.Contain("young"));

        // A service sweeps when it starts, and then now and again.
        await using var second = await AuthApplication.StartNewAsync(new Dictionary<string, string> { ["RequestLog:Retention"] = "1.00:00:00" }, first.Database);
        await Eventually.IsTrueAsync(async () => !(await second.DumpAsync("request_log")).Contains("old", StringComparison.Ordinal), "the old request is gone", () => second.Log);
        Assert.That(await second.DumpAsync("request_log"), Does.Contain("young"));
        Assert.That((await second.DumpAsync("key_usage")).Split('\n'), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task More_records_than_a_batch_has_are_413()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var token = (await auth.ServiceTokenAsync("gateway", "requests").ReadAsync()).Text("access_token");
        var records = Enumerable.Range(0, 1001).Select(i => Record($"{i}", Guid.NewGuid(), auth.Time.GetUtcNow())).ToArray();
        await auth.SendAsync(HttpMethod.Post, "/internal/requests", records, token).ReadAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(await auth.DumpAsync("request_log"), Is.Empty);
    }

    [Test]
    public async Task Nobody_but_a_gateway_writes_records()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        Assert.That(await auth.SendAsync(HttpMethod.Post, "/internal/requests", Array.Empty<object>(), await auth.NewUserTokenAsync()).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await auth.ServiceTokenAsync("inference", "requests").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private static async Task SendAsync(AuthApplication auth, params object[] records)
    {
        var token = (await auth.ServiceTokenAsync("gateway", "requests").ReadAsync()).Text("access_token");
        await auth.SendAsync(HttpMethod.Post, "/internal/requests", records, token).ReadAsync(HttpStatusCode.NoContent);
    }

    private static object Record(string requestId, Guid key, DateTimeOffset time) => new
    {
        id = Guid.CreateVersion7(), time, requestId, method = "GET", path = "/v1/models", status = 200, milliseconds = 1.0, bytesIn = 0, bytesOut = 0, items = 0, keyId = key,
    };
}
