using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Integration.InferenceService.Tasks;
using NUnit.Framework;
using ServiceDefaults.Authentication;

namespace Integration.InferenceService;

/// <summary>Keys that are for some models only, or for so many items a day.</summary>
public class KeyLimitTests
{
    private TaskApplication _app = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _app = await TaskApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [Test]
    public async Task A_key_for_one_model_uses_no_other_by_any_route()
    {
        using var caller = await CallerAsync(claims => claims with { Models = [_app.Images] });
        foreach (var (path, body) in new (string, HttpContent)[]
        {
            ($"/v1/models/{_app.Rows}/predict", Rows(1)),
            ($"/v1/models/{_app.Rows}/predict?version=1", Rows(1)),
            ($"/v1/models/{_app.Rows}/tasks", new StringContent(TaskApplication.Ndjson(1), Encoding.UTF8, "application/x-ndjson")),
            ($"/v2/models/{_app.Rows}/infer", Tensor()),
            ($"/v2/models/{_app.Rows}/versions/1/infer", Tensor()),
            ("/predict", JsonContent.Create(new[] { Row })),
            ("/prediction", JsonContent.Create(new[] { Row })),
            ("/detect", new MultipartFormDataContent()),
            ("/detect-batch", new MultipartFormDataContent()),
        })
        {
            using var answer = await caller.PostAsync(path, body);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), path);
            Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("is not for the model").Or.Contain("model-not-allowed"), path);
        }
        var v2 = $"/v2/models/{_app.Rows}";
        foreach (var path in new[] { $"/v1/models/{_app.Rows}", v2, $"{v2}/versions/1", $"{v2}/config", $"{v2}/ready", $"{v2}/versions/2/ready", $"{v2}/stats", $"{v2}/versions/2/stats" })
            Assert.That(await caller.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden), path);
    }

    [Test]
    public async Task A_key_for_one_model_reads_nothing_that_its_owner_made_with_another()
    {
        var owner = $"caller-{Guid.NewGuid():N}";
        using var full = await CallerAsync(claims => claims, owner);
        var answer = await full.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(1)).ReadAsync();
        var (request, item) = (answer.Text("id"), answer["predictions"]![0]!.Text("id"));
        var task = (await _app.PostAsync(_app.Rows, Encoding.UTF8.GetBytes(TaskApplication.Ndjson(1)), "application/x-ndjson", caller: full).ReadAsync(HttpStatusCode.Accepted)).Text("id");
        string[] paths = [$"/v1/predictions/{request}", $"/v1/predictions/{item}", $"/v1/tasks/{task}", $"/v1/tasks/{task}/results", $"/task/{task}", $"/task/{request}"];
        foreach (var path in paths)
            Assert.That(await full.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), path);

        using var caller = await CallerAsync(claims => claims with { Models = [_app.Images] }, owner);
        foreach (var path in paths)
            Assert.That(await caller.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), path);
        Assert.That(await caller.DeleteAsync($"/v1/tasks/{task}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        foreach (var path in new[] { "/v1/predictions", "/v1/tasks" })
        {
            Assert.That((await full.GetAsync(path).ReadAsync())["items"]!.AsArray(), Is.Not.Empty, path);
            Assert.That((await caller.GetAsync(path).ReadAsync())["items"]!.AsArray(), Is.Empty, path);
        }
        Assert.That(await full.GetStringAsync("/v2/models/stats"), Does.Contain(_app.Rows));
        Assert.That(await caller.GetStringAsync("/v2/models/stats"), Does.Not.Contain(_app.Rows));
    }

    [Test]
    public async Task A_key_for_one_model_knows_and_changes_no_other_in_the_registry()
    {
        using var caller = await CallerAsync(claims => claims with { Models = [_app.Images], Scopes = ["train", "admin"] });
        var registry = $"{_app.Training.Address}v1/registry/models";
        foreach (var path in new[] { "", "/history" })
        {
            Assert.That(await caller.GetAsync($"{registry}/{_app.Images}{path}").StatusAsync(), Is.EqualTo(HttpStatusCode.OK), path);
            Assert.That(await caller.GetAsync($"{registry}/{_app.Rows}{path}").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden), path);
        }
        Assert.That(JsonNode.Parse(await caller.GetStringAsync(registry))!.AsArray().Select(model => model!.Text("name")), Is.EqualTo(new[] { _app.Images }));
        foreach (var address in new[] { $"{registry}/{_app.Rows}/versions/1/promote", $"{registry}/{_app.Rows}/rollback", $"/v2/repository/models/{_app.Rows}/load", $"/v2/repository/models/{_app.Rows}/unload" })
            Assert.That(await caller.PostAsync(address, null).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden), address);
    }

    [Test]
    public async Task The_refusal_names_the_model_and_the_allowed_one_works()
    {
        using var caller = await CallerAsync(claims => claims with { Models = [_app.Rows] });
        await caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(1)).ReadAsync();
        var problem = await caller.PostAsync($"/v1/models/{_app.Images}/predict", Rows(1)).ReadAsync(HttpStatusCode.Forbidden);
        Assert.That(problem.Text("code"), Is.EqualTo("model-not-allowed"));
        Assert.That(problem.Text("detail"), Does.Contain(_app.Images));
    }

    [Test]
    public async Task A_limited_key_sees_its_models_only()
    {
        using var caller = await CallerAsync(claims => claims with { Models = [_app.Rows] });
        foreach (var path in new[] { "/v1/models", "/v2/models" })
            Assert.That((await caller.GetAsync(path).ReadAsync())["models"]!.AsArray().Select(model => model!.Text("name")), Is.EqualTo(new[] { _app.Rows }), path);
        var index = (await caller.PostAsync("/v2/repository/index", null).ReadAsync()).AsArray();
        Assert.That(index.Select(model => model!.Text("name")), Is.All.EqualTo(_app.Rows).And.Not.Empty);
    }

    [Test]
    public async Task Items_over_the_daily_quota_are_refused_before_any_runs()
    {
        using var caller = await QuotaCallerAsync(5);
        await caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(3)).ReadAsync();
        using var refused = await caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(3));
        var problem = await refused.ReadAsync(HttpStatusCode.TooManyRequests);
        Assert.That(problem.Text("code"), Is.EqualTo("daily-quota"));
        Assert.That(problem.Text("detail"), Does.Contain("items"));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(TimeSpan.FromDays(1)));
        await caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(2)).ReadAsync(); // what is left is still there
        await caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(1)).ReadAsync(HttpStatusCode.TooManyRequests);
    }

    [Test]
    public async Task Racing_requests_get_exactly_the_items_of_the_day()
    {
        using var caller = await QuotaCallerAsync(30);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(1)).StatusAsync()));
        Assert.That(answers.Count(status => status == HttpStatusCode.OK), Is.EqualTo(30));
        Assert.That(answers.Count(status => status == HttpStatusCode.TooManyRequests), Is.EqualTo(20));
    }

    [Test]
    public async Task The_items_of_tasks_and_of_tensors_count()
    {
        using var caller = await QuotaCallerAsync(10);
        await _app.PostAsync(_app.Rows, Encoding.UTF8.GetBytes(TaskApplication.Ndjson(11)), "application/x-ndjson", caller: caller).ReadAsync(HttpStatusCode.TooManyRequests);
        await _app.PostAsync(_app.Rows, Encoding.UTF8.GetBytes(TaskApplication.Ndjson(9)), "application/x-ndjson", "once", caller).ReadAsync(HttpStatusCode.Accepted);
        await _app.PostAsync(_app.Rows, Encoding.UTF8.GetBytes(TaskApplication.Ndjson(9)), "application/x-ndjson", "once", caller).ReadAsync(HttpStatusCode.Accepted); // the same task
        await caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(1)).ReadAsync();
        using var refused = await caller.PostAsync($"/v2/models/{_app.Rows}/infer", await TensorForAsync(caller));
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests), await refused.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Without_consent_the_refusal_says_so()
    {
        foreach (var (gap, code) in new[] { (ConsentGap.Withdrawn, "consent-withdrawn"), (ConsentGap.Missing, "consent-needed") })
        {
            using var caller = await CallerAsync(claims => claims with { Scopes = ["feedback"], ConsentGap = gap });
            Assert.That((await caller.PostAsync($"/v1/models/{_app.Rows}/predict", Rows(1)).ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo(code));
        }
    }

    private static object Row => new { abuse_type = "MSG", report_text_len = 10, profile_rating = 1.5, popularity = 3 };

    private static JsonContent Rows(int count) => JsonContent.Create(new { rows = Enumerable.Repeat(Row, count) });

    private static StringContent Tensor() => new("""{"inputs":[]}""", Encoding.UTF8, "application/json");

    /// <summary>One item of zeros, as the model's metadata asks for it.</summary>
    private async Task<HttpContent> TensorForAsync(HttpClient caller)
    {
        var inputs = (await caller.GetAsync($"/v2/models/{_app.Rows}").ReadAsync())["inputs"]!.AsArray();
        return JsonContent.Create(new
        {
            inputs = inputs.Select(input =>
            {
                var shape = input!["shape"]!.AsArray().Select(size => Math.Max(1, size!.GetValue<long>())).ToArray();
                return new { name = input.Text("name"), datatype = input.Text("datatype"), shape, data = new double[shape.Aggregate(1L, (product, size) => product * size)] };
            }),
        });
    }

    private async Task<HttpClient> QuotaCallerAsync(long items)
    {
        var keyId = (await Servers.AuthorityAsync()).NewItemQuota(items);
        return await CallerAsync(claims => claims with { KeyId = keyId, HasItemQuota = true });
    }

    private async Task<HttpClient> CallerAsync(Func<TokenClaims, TokenClaims> limits, string? subject = null)
    {
        var token = (await Servers.AuthorityAsync()).Token(subject ?? $"caller-{Guid.NewGuid():N}", ["predict"], limits);
        return new HttpClient { BaseAddress = _app.Caller.BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
    }
}
