using System.Net;
using System.Net.Http.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Identity;

[TestFixture]
public sealed class KeyTests
{
    [Test]
    public async Task A_key_predicts_until_it_is_revoked()
    {
        using var user = await Caller.RegisteredAsync();
        using var made = await user.Http.PostAsJsonAsync("/v1/auth/keys", new { name = "camera 1", scopes = (string[])["predict"] });
        Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Created), await made.Content.ReadAsStringAsync());
        var key = await made.ReadJsonAsync();
        using var camera = Caller.WithKey(key.GetProperty("key").GetString()!);

        var item = (await camera.PredictAsync(TestImages.Png())).FirstItem().Id();
        Assert.That((await user.Http.GetAsync($"/v1/predictions/{item}")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "what the key makes is its user's");
        using var beyond = await camera.Http.PutAsJsonAsync($"/v1/predictions/{item}/feedback", new { correct = true });
        await beyond.ShouldBeProblemAsync(HttpStatusCode.Forbidden, code: "missing-scope");

        Assert.That((await user.Http.DeleteAsync($"/v1/auth/keys/{key.Id()}")).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await Eventually.SeeAsync("the revoked key is refused", () => camera.PostImageAsync(TestImages.Png()), answer => answer.StatusCode == HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_key_for_one_model_and_so_many_items_a_day_gets_no_more()
    {
        using var user = await Caller.RegisteredAsync();
        using var made = await user.Http.PostAsJsonAsync("/v1/auth/keys", new { name = "reports", models = (string[])["report-scorer"], dailyQuota = new { items = 2 } });
        using var key = Caller.WithKey((await made.ReadJsonAsync()).GetProperty("key").GetString()!);

        using var other = await key.PostImageAsync(TestImages.Png());
        await other.ShouldBeProblemAsync(HttpStatusCode.Forbidden, code: "model-not-allowed");
        await key.PredictRowsAsync();
        await key.PredictRowsAsync();
        using var over = await key.PostJsonAsync("/v1/models/report-scorer/predict", $$"""{"rows": {{Rows.One}}}""");
        await over.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, code: "daily-quota");
    }

    [Test]
    public async Task The_command_line_checks_the_audit_trail()
    {
        using var user = await Caller.RegisteredAsync();
        Assert.That(await SuiteFixture.Suite.OutputAsync("audit", "verify"), Does.Contain("The audit trail holds").And.Match("[0-9]+ entries, the last is [0-9a-f]{64}"));
    }

    [Test]
    public async Task Every_answer_carries_a_request_id_and_keeps_a_sane_one_of_the_caller()
    {
        using var caller = Caller.Guest();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models/none-such") { Headers = { { "X-Request-Id", "order-66" } } };

        using var kept = await caller.Http.SendAsync(request);
        using var given = await caller.Http.GetAsync("/v1/models");

        Assert.That(kept.Headers.GetValues("X-Request-Id"), Is.EqualTo((string[])["order-66"]));
        Assert.That(given.Headers.GetValues("X-Request-Id").Single(), Is.Not.Empty);
    }

    [Test]
    public async Task A_header_in_any_language_passes_through()
    {
        using var caller = Caller.Guest();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("X-Note", "Grüße");
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = SuiteFixture.Suite.Gateway };
        using var answer = await client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task The_merged_api_description_covers_every_service()
    {
        using var caller = Caller.Guest();
        var paths = (await (await caller.Http.GetAsync("/openapi.json")).ReadJsonAsync()).GetProperty("paths").EnumerateObject().Select(path => path.Name).ToArray();
        Assert.That(paths, Is.SupersetOf((string[])["/token", "/v1/auth/keys", "/v1/models/{model}/predict", "/v1/predictions/{id}", "/v1/predictions/{id}/feedback", "/v1/registry/models", "/detect"]));
        Assert.That(paths.Where(path => path.StartsWith("/internal", StringComparison.Ordinal) || path.StartsWith("/objects", StringComparison.Ordinal)), Is.Empty);
    }
}
