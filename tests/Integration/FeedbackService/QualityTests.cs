using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace Integration.FeedbackService;

public class QualityTests
{
    private readonly string model = $"model-{Guid.NewGuid():N}";
    private EventSubscriber events = null!;

    [SetUp]
    public async Task SubscribeAsync() => events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "quality.measured");

    [TearDown]
    public async Task LeaveAsync() => await events.DisposeAsync();

    [Test]
    public async Task What_people_say_of_a_version_is_measured_and_answered()
    {
        var model = $"model-{Guid.NewGuid():N}";
        await using var feedback = await FeedbackApplication.StartReadyAsync();
        await feedback.JudgeAsync(await feedback.PredictedAsync(model, "cat"), new { correct = true });
        await feedback.JudgeAsync(await feedback.PredictedAsync(model, "cat"), new { label = "dog" });
        await feedback.JudgeAsync(await feedback.PredictedAsync(model, "dog"), new { correct = false });
        await feedback.JudgeAsync(await feedback.PredictedAsync(model, "dog"), new { rating = 5 }); // says nothing about the label
        await feedback.JudgeAsync(await feedback.PredictedAsync(model, "cat", version: "2"), new { correct = true });
        await feedback.JudgeAsync(await feedback.PredictedAsync(model, label: null), new { correct = true }); // a score has no class

        var measured = await Eventually.SeeAsync("three judgements of version 1", () => Task.FromResult(Newest(model, "1")), seen => Labels(seen) == 3, log: () => feedback.Log);
        Assert.That(measured!.Value.GetProperty("correct").GetInt64(), Is.EqualTo(1));
        Assert.That(measured.Value.GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("label").GetString()), Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(measured.Value.GetProperty("classes")[0].GetProperty("precision").GetProperty("value").GetDouble(), Is.EqualTo(0.5));

        var answer = await feedback.Analyst.GetFromJsonAsync<JsonElement>($"/v1/insights/quality?model={model}&version=1");
        Assert.That(WithoutTime(answer), Is.EqualTo(WithoutTime(measured.Value)));
        Assert.That((await feedback.Analyst.GetFromJsonAsync<JsonElement>($"/v1/insights/quality?model={model}")).GetProperty("version").GetString(), Is.EqualTo("2"), "judged last");
    }

    [Test]
    public async Task However_much_is_judged_on_several_replicas_a_version_is_measured_no_more_often_than_it_may()
    {
        var (database, time) = (FeedbackApplication.NewDatabase(), new ShiftedTime());
        var seldom = ("Quality:Every", "00:04:00"); // within the life of a token
        await using var first = await FeedbackApplication.StartReadyAsync(database, time, seldom);
        await using var second = await FeedbackApplication.StartReadyAsync(database, time, seldom);
        await first.JudgeAsync(await first.PredictedAsync(model, "cat"), new { correct = true });
        await events.WaitForAsync(model, 1, () => first.Log);

        foreach (var replica in Enumerable.Range(0, 10).SelectMany(_ => new[] { first, second }))
            await replica.JudgeAsync(await replica.PredictedAsync(model, "cat"), new { correct = true });
        Assert.That(events.About(model), Has.Count.EqualTo(1), "the time is not over");

        time.Advance(TimeSpan.FromMinutes(4));
        var measured = await events.WaitForAsync(model, 2, () => first.Log + second.Log);
        Assert.That(Labels(measured[1].Body), Is.EqualTo(21));
        await first.JudgeAsync(await first.PredictedAsync(model, "cat"), new { correct = true });
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.That(await events.WaitForAsync(model, 3, () => first.Log + second.Log), Has.Count.EqualTo(3), "one of them measures at a time");
    }

    [Test]
    public async Task What_was_due_when_the_service_stopped_is_measured_when_it_starts()
    {
        var database = FeedbackApplication.NewDatabase();
        await using (var before = await FeedbackApplication.StartReadyAsync(database))
        {
            var item = await before.PredictedAsync(model, "cat");
            await before.ExecuteAsync("INSERT INTO feedback (prediction_id, caller, correct, time, model, version, predicted) VALUES ($1, $2, true, now(), $3, '1', 'cat')", item, FeedbackApplication.Subject, model);
        }
        await using var source = Npgsql.NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(database));
        await using (var due = source.CreateCommand("INSERT INTO quality_due VALUES ($1, '1', now(), NULL)"))
        {
            due.Parameters.Add(new Npgsql.NpgsqlParameter { Value = model });
            await due.ExecuteNonQueryAsync();
        }

        await using var after = await FeedbackApplication.StartReadyAsync(database);
        Assert.That(Labels((await events.WaitForAsync(model, 1, () => after.Log))[0].Body), Is.EqualTo(1));
    }

    [Test]
    public async Task Only_the_last_predictions_count()
    {
        await using var feedback = await FeedbackApplication.StartReadyAsync(settings: ("Quality:Window", "5"));
        for (var i = 0; i < 8; i++)
            await feedback.JudgeAsync(await feedback.PredictedAsync(model, "cat"), new { correct = i >= 3 });
        var answer = await feedback.Analyst.GetFromJsonAsync<JsonElement>($"/v1/insights/quality?model={model}&version=1");
        Assert.That((Labels(answer), answer.GetProperty("correct").GetInt64()), Is.EqualTo((5, 5)), "the three that were wrong are past");
    }

    [Test]
    public async Task What_is_taken_back_or_erased_counts_no_more()
    {
        var model = $"model-{Guid.NewGuid():N}";
        await using var feedback = await FeedbackApplication.StartReadyAsync();
        using var other = await feedback.ClientAsync("caller-2", "feedback");
        var (kept, takenBack, erased) = (await feedback.PredictedAsync(model, "cat"), await feedback.PredictedAsync(model, "cat"), await feedback.PredictedAsync(model, "cat", caller: "caller-2"));
        await feedback.JudgeAsync(kept, new { correct = true });
        await feedback.JudgeAsync(takenBack, new { correct = false });
        await other.PutAsJsonAsync(FeedbackApplication.PathOf(erased), new { correct = false }).ReadAsync();
        await Eventually.SeeAsync("three judgements", () => Task.FromResult(Newest(model, "1")), seen => Labels(seen) == 3, log: () => feedback.Log);

        await feedback.Caller.DeleteAsync(FeedbackApplication.PathOf(takenBack)).StatusAsync();
        await Eventually.SeeAsync("two judgements", () => Task.FromResult(Newest(model, "1")), seen => Labels(seen) == 2, log: () => feedback.Log);
        await feedback.EraseAsync("caller-2");
        var last = await Eventually.SeeAsync("one judgement", () => Task.FromResult(Newest(model, "1")), seen => Labels(seen) == 1, log: () => feedback.Log);
        Assert.That(last!.Value.GetProperty("accuracy").GetProperty("value").GetDouble(), Is.EqualTo(1));
    }

    [Test]
    public async Task Asking_needs_the_scope_and_a_model_that_was_judged()
    {
        await using var feedback = await FeedbackApplication.StartReadyAsync();
        Assert.That(await feedback.Caller.GetAsync($"/v1/insights/quality?model={model}").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await feedback.Analyst.GetAsync("/v1/insights/quality").ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("model"));
        Assert.That(await feedback.Analyst.GetAsync("/v1/insights/quality?model=unheard-of").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    private JsonElement? Newest(string about, string version) =>
        events.About(about).Where(e => e.Body.GetProperty("version").GetString() == version).Select(e => (JsonElement?)e.Body).LastOrDefault();

    private static long Labels(JsonElement? measured) => measured?.GetProperty("labels").GetInt64() ?? 0;

    private static string WithoutTime(JsonElement measured) => string.Join(",", measured.EnumerateObject().Where(member => member.Name != "time").Select(member => member.ToString()));
}
