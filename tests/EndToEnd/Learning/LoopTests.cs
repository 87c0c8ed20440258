using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Learning;

/// <summary>From posted labels to a model that serves, by policy alone; and what does not get in.</summary>
[TestFixture]
public sealed class LoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Test]
    public async Task Labels_become_a_model_that_serves_and_poisoned_ones_do_not()
    {
        await using var outside = await OutsideSubscriber.StartNewAsync(SuiteFixture.Suite.RabbitMqUri, "#");
        using var admin = await Caller.AdminAsync();
        var loop = await Loop.StartAsync(admin);

        // Good labels: trained, judged, promoted, answered, and nobody asked for any of it.
        var clock = Stopwatch.StartNew();
        await loop.PostAsync(TwoClouds.Csv(seed: 1, rows: 1000));
        var posted = clock.Elapsed;
        var first = await loop.RunAsync(1);
        var trained = clock.Elapsed;
        await Eventually.SeeAsync("the new model answers", loop.VersionAsync, version => version == "1", Patience);
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure: 1,000 labels to the first answer {clock.Elapsed.TotalSeconds:0.0} s (posted {posted.TotalSeconds:0.0}, run seen to end {trained.TotalSeconds:0.0}; debounce {Loop.Debounce} s)"));
        Assert.That(first.GetProperty("status").GetString(), Is.EqualTo("succeeded"), first.GetRawText());
        foreach (var key in new[] { "labels.added", "training.started", "training.completed", "model.registered", "model.promoted", "model.loaded" })
            await outside.WaitForAsync(key, e => e.Key == key && e.Body.GetRawText().Contains(key == "labels.added" ? loop.Dataset : loop.Model, StringComparison.Ordinal));

        // Five times as many, three in five of one class flipped: refused, with the reason; the old model serves.
        await loop.PostAsync(TwoClouds.Csv(seed: 2, rows: 5000, flipped: 0.6));
        var poisoned = await loop.RunAsync(2);
        var refused = await outside.WaitForAsync("model.refused", e => e.Key == "model.refused" && e.Body.GetProperty("model").GetString() == loop.Model, Patience);
        TestContext.Out.WriteLine($"figure: poisoned: {refused.Body.GetProperty("reasons").GetRawText()}");
        Assert.That(poisoned.GetProperty("status").GetString(), Is.EqualTo("succeeded"), "it trained; serving is another matter");
        Assert.That(refused.Body.GetProperty("version").GetString(), Is.EqualTo("2"));
        Assert.That(refused.Body.GetProperty("reasons").GetArrayLength(), Is.GreaterThan(0));
        Assert.That(await loop.VersionAsync(), Is.EqualTo("1"));
        using (var anyway = await admin.PostJsonAsync($"/v1/registry/models/{loop.Model}/versions/2/promote", ""))
            Assert.That(anyway.StatusCode, Is.EqualTo(HttpStatusCode.Conflict), await anyway.Content.ReadAsStringAsync());

        // The poison is taken out again, better labels come, and the next version may serve; then back by one call.
        await loop.RemoveLastPostAsync();
        await loop.PostAsync(TwoClouds.Csv(seed: 3, rows: 5000));
        await loop.RunAsync(3);
        var (live, history) = await loop.HistoryAsync();
        TestContext.Out.WriteLine($"figure: five times the labels, clean: version {live} is live");
        if (live == "3")
        {
            using var back = await admin.PostJsonAsync($"/v1/registry/models/{loop.Model}/rollback", "");
            Assert.That(back.StatusCode, Is.EqualTo(HttpStatusCode.OK), await back.Content.ReadAsStringAsync());
            await Eventually.SeeAsync("the version before serves again", loop.VersionAsync, version => version == "1", Patience);
            (live, history) = await loop.HistoryAsync();
        }
        Assert.That(live, Is.EqualTo("1"));
        Assert.That(history.GetProperty("verification").GetProperty("holds").GetBoolean(), Is.True, history.GetRawText());
    }

    [Test]
    public async Task A_few_wrong_labels_are_judged_like_any_others()
    {
        using var admin = await Caller.AdminAsync();
        var loop = await Loop.StartAsync(admin);
        await loop.PostAsync(TwoClouds.Csv(seed: 11, rows: 1000));
        await loop.RunAsync(1);
        await Eventually.SeeAsync("the first model answers", loop.VersionAsync, version => version == "1", Patience);

        await loop.PostAsync(TwoClouds.Csv(seed: 12, rows: 5000, flipped: 0.05));
        var run = await loop.RunAsync(2);
        var (live, _) = await loop.HistoryAsync();

        TestContext.Out.WriteLine($"figure: 5 % of one class flipped in five times the labels: version {live} is live; {run.GetRawText()}");
        Assert.That(live, Is.EqualTo("1").Or.EqualTo("2"));
        await Eventually.SeeAsync("what is live answers", loop.VersionAsync, version => version == live, Patience);
    }

    /// <summary>A data set with a policy, and the model that it trains.</summary>
    private sealed class Loop(Caller caller, string dataset, string model)
    {
        public const double Debounce = 0.5;

        public string Dataset => dataset;

        public string Model => model;

        public static async Task<Loop> StartAsync(Caller caller)
        {
            var name = $"clouds-{Guid.NewGuid():N}"[..20];
            using var made = await caller.PostJsonAsync("/v1/datasets", $$"""{"name": "{{name}}", "kind": "tabular"}""");
            Assert.That(made.StatusCode, Is.EqualTo(HttpStatusCode.Created), await made.Content.ReadAsStringAsync());
            var dataset = (await made.ReadJsonAsync()).Id().ToString();
            using var policy = await caller.Http.PutAsync($"/v1/datasets/{dataset}/policy", new StringContent(
                $$$"""
                {"model": "{{{name}}}", "autoTrain": {"minNewLabels": 500, "debounceSeconds": 0.5, "learner": "logistic-regression"},
                 "gates": {"minAccuracy": 0.85, "minPrecision": 0.85, "mustBeatLive": true}}
                """, Encoding.UTF8, "application/json"));
            Assert.That(policy.IsSuccessStatusCode, Is.True, await policy.Content.ReadAsStringAsync());
            return new Loop(caller, dataset, name);
        }

        public async Task PostAsync(string csv)
        {
            using var posted = await caller.Http.PostAsync($"/v1/datasets/{dataset}/labels", new StringContent(csv, Encoding.UTF8, "text/csv"));
            Assert.That(posted.StatusCode, Is.EqualTo(HttpStatusCode.OK), await posted.Content.ReadAsStringAsync());
        }

        /// <summary>Takes out what the last post brought.</summary>
        public async Task RemoveLastPostAsync()
        {
            using var details = await caller.Http.GetAsync($"/v1/datasets/{dataset}");
            var newest = (await details.ReadJsonAsync()).GetProperty("changes").EnumerateArray().MaxBy(change => change.GetProperty("revision").GetInt32());
            var from = Uri.EscapeDataString(newest.GetProperty("time").GetString()!);
            using var removed = await caller.Http.DeleteAsync($"/v1/datasets/{dataset}/labels?from={from}");
            Assert.That(removed.StatusCode, Is.EqualTo(HttpStatusCode.OK), await removed.Content.ReadAsStringAsync());
            Assert.That((await removed.ReadJsonAsync()).GetProperty("removed").GetInt32(), Is.GreaterThan(4000));
        }

        /// <summary>The data set's n-th run, once it has ended.</summary>
        public async Task<JsonElement> RunAsync(int number)
        {
            var runs = await Eventually.SeeAsync(
                $"run {number} ends", RunsAsync, runs => runs.Length >= number && runs[^number].GetProperty("status").GetString() is not ("queued" or "running"), Patience);
            return runs[^number];
        }

        public async Task<string?> VersionAsync()
        {
            using var answer = await caller.PostJsonAsync($"/v1/models/{model}/predict", """{"rows": [{"x": 0.9, "y": 0.1, "colour": "red"}]}""");
            if (answer.StatusCode != HttpStatusCode.OK)
                return null;
            var prediction = await answer.ReadJsonAsync();
            Assert.That(prediction.FirstItem().GetProperty("label").GetString(), Is.EqualTo("yes"));
            return prediction.GetProperty("version").GetString();
        }

        public async Task<(string? Live, JsonElement History)> HistoryAsync()
        {
            using var registered = await caller.Http.GetAsync($"/v1/registry/models/{model}");
            using var history = await caller.Http.GetAsync($"/v1/registry/models/{model}/history");
            return ((await registered.ReadJsonAsync()).GetProperty("live").GetString(), await history.ReadJsonAsync());
        }

        private async Task<JsonElement[]> RunsAsync()
        {
            using var answer = await caller.Http.GetAsync($"/v1/datasets/{dataset}/runs");
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
            return [.. (await answer.ReadJsonAsync()).GetProperty("items").EnumerateArray()];
        }
    }
}
