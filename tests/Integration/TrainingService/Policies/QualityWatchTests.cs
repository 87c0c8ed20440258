using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceSuite.Contracts;
using Integration.TrainingService.Datasets;
using NUnit.Framework;
using TestSupport;

namespace Integration.TrainingService.Policies;

public class QualityWatchTests
{
    private DatasetCaller admin = null!;
    private string dataset = null!, model = null!;
    private DateTimeOffset time;

    [SetUp]
    public async Task CreateAsync()
    {
        (model, time) = (PolicyServices.TakeModel(), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        admin = await PolicyServices.CallerAsync("admin", "train", "admin");
        dataset = await admin.CreateAsync();
    }

    [TearDown]
    public void Leave() => admin.Dispose();

    [Test]
    public async Task Under_its_gate_a_model_is_suspended_and_above_it_predicts_again()
    {
        await using var suspensions = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.suspended");
        await using var resumptions = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.resumed");
        await PutAsync("refuse");
        await SendAsync(0.7);
        var suspended = await SeeSuspendedAsync(true);
        Assert.That(suspended.GetProperty("reason").GetString(), Is.EqualTo("accuracy 0.700 over the last 100 judged predictions is under minAccuracy 0.8"));

        await SendAsync(0.7);
        await SendAsync(0.85);
        await SeeSuspendedAsync(false);
        Assert.That(await HistoryAsync(), Is.EqualTo("model.suspended 3, model.resumed 3"), "at the change, not at every measurement");
        Assert.That(await suspensions.WaitForAsync(model, 1, () => PolicyServices.Training.Log), Has.Count.EqualTo(1));
        Assert.That(await resumptions.WaitForAsync(model, 1, () => PolicyServices.Training.Log), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Fewer_than_fifty_judged_predictions_and_versions_that_do_not_serve_have_no_consequences()
    {
        await PutAsync("refuse");
        await SendAsync(0.1, labels: 49);
        await SendAsync(0.1, version: "2");
        await SendAsync(0.2, labels: 50);
        var suspended = await SeeSuspendedAsync(true);
        Assert.That(suspended.GetProperty("reason").GetString(), Does.StartWith("accuracy 0.200 over the last 50 "));
    }

    [Test]
    public async Task A_measurement_that_comes_late_changes_nothing()
    {
        await PutAsync("refuse");
        await SendAsync(0.9);
        await SeeMeasuredAsync(100);
        await SendAsync(0.1, labels: 77, at: time.AddMinutes(-30));
        await SendAsync(0.9, labels: 101);
        await SeeMeasuredAsync(101);
        Assert.That(await HistoryAsync(), Is.Empty);
    }

    [Test]
    public async Task With_alert_it_goes_on_record_once_and_the_model_goes_on()
    {
        await PutAsync("alert");
        await SendAsync(0.7);
        await SendAsync(0.6);
        await SendAsync(0.9);
        await Eventually.IsTrueAsync(async () => await HistoryAsync() == "quality.fell 3, quality.recovered 3", "both changes are on record", () => PolicyServices.Training.Log);
        Assert.That(await SuspensionAsync(), Is.Null);
    }

    [Test]
    public async Task With_rollback_the_version_before_serves_and_without_one_the_model_is_suspended()
    {
        using var promoted = await PolicyServices.Training.PromoteAsync(model, "1");
        Assert.That(promoted.StatusCode, Is.EqualTo(HttpStatusCode.OK), await promoted.Content.ReadAsStringAsync());
        await PutAsync("rollback");
        await SendAsync(0.7, version: "1");
        await Eventually.IsTrueAsync(async () => await PolicyServices.Training.StatesAsync(model) == "3 live, 2 candidate, 1 archived", "version 3 is live again", () => PolicyServices.Training.Log);
        Assert.That(await SuspensionAsync(), Is.Null);

        await SendAsync(0.7, version: "3");
        await SeeSuspendedAsync(true);
        Assert.That((await PolicyServices.Training.VerificationAsync(model)).GetProperty("holds").GetBoolean(), Is.True);
    }

    [Test]
    public async Task What_goes_live_again_is_watched_again_and_nothing_goes_back_to_what_is_known_to_be_low()
    {
        await PutAsync("refuse");
        await SendAsync(0.7);
        await SeeSuspendedAsync(true);
        await ForceAsync("1");
        await SeeSuspendedAsync(false);
        await PutAsync("rollback");
        await PolicyServices.Training.TamperAsync($"UPDATE measured_quality SET below = 'low' WHERE model = '{model}' AND version = '3'");
        await SendAsync(0.7, version: "1");
        await SeeSuspendedAsync(true);
        Assert.That(await PolicyServices.Training.StatesAsync(model), Does.Contain("1 live"), "not back to version 3");

        await ForceAsync("3");
        await SeeSuspendedAsync(false);
        await PutAsync("refuse");
        await PolicyServices.Training.TamperAsync($"UPDATE measured_quality SET below = 'low', below_since = '2000-01-01' WHERE model = '{model}' AND version = '3'");
        await SendAsync(0.7);
        await SeeSuspendedAsync(true);
    }

    [Test]
    public async Task Many_judgements_of_one_caller_do_not_suspend_a_model()
    {
        await PutAsync("refuse");
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), Measured(0.1, 200, time = time.AddMinutes(1)) with { Balanced = Measured(0.9, 60, time) });
        await SeeMeasuredAsync(60);
        Assert.That(await SuspensionAsync(), Is.Null);
    }

    [Test]
    public async Task A_model_is_suspended_no_more_when_its_policy_is_deleted()
    {
        await PutAsync("refuse");
        await SendAsync(0.7);
        await SeeSuspendedAsync(true);
        await admin.Http.DeleteAsync($"{dataset}/policy").StatusAsync();
        await SeeSuspendedAsync(false);
    }

    [Test]
    public async Task A_model_is_suspended_no_more_when_its_data_set_is_deleted()
    {
        await PutAsync("refuse");
        await SendAsync(0.7);
        await SeeSuspendedAsync(true);
        await admin.Http.DeleteAsync(dataset).ReadAsync(HttpStatusCode.NoContent);
        Assert.That(await SuspensionAsync(), Is.Null);
        var newest = (await PolicyServices.Training.GetAsync($"/v1/registry/models/{model}/history")).GetProperty("entries")[0];
        Assert.That((newest.GetProperty("action").GetString(), newest.GetProperty("details").GetProperty("reason").GetString()), Is.EqualTo(("model.resumed", "The data set whose policy suspended it was deleted.")));
    }

    [Test]
    public async Task With_alert_all_judgements_count_whoever_gave_them()
    {
        await PutAsync("alert");
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), Measured(0.1, 200, time = time.AddMinutes(1)) with { Balanced = Measured(0.9, 20, time) });
        await Eventually.IsTrueAsync(async () => await HistoryAsync() == "quality.fell 3", "it is on record", () => PolicyServices.Training.Log);
        var quality = (await admin.GetAsync($"{dataset}/policy"))["quality"]!;
        Assert.That((quality["judged"]!.GetValue<long>(), quality["counted"]!.GetValue<long>(), quality["notWatched"]), Is.EqualTo((200L, 200L, (System.Text.Json.Nodes.JsonNode?)null)));
        Assert.That(quality.Text("below"), Does.StartWith("accuracy 0.100 over the last 200 "));
    }

    [Test]
    public async Task Too_few_callers_to_watch_a_model_by_are_told()
    {
        await PutAsync("refuse");
        Assert.That((await admin.GetAsync($"{dataset}/policy"))["quality"], Is.Null, "nobody judged anything");
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), Measured(0.1, 200, time = time.AddMinutes(1)) with { Balanced = Measured(0.1, 40, time) });
        await SeeMeasuredAsync(40);
        var quality = (await admin.GetAsync($"{dataset}/policy"))["quality"]!;
        Assert.That(quality.Text("notWatched"), Is.EqualTo("Too few callers: of 200 judged predictions 40 count, so that no caller decides alone; 50 are the least."));
        Assert.That(await SuspensionAsync(), Is.Null);
    }

    [Test]
    public async Task A_figure_that_is_not_there_any_more_resumes_nothing()
    {
        await PutAsync("""{"minRecall": 0.8}""", "refuse");
        await SendClassesAsync(labels: 60, Class("a", 10, 0.2), Class("b", 50, 0.9));
        await SeeSuspendedAsync(true);
        await SendClassesAsync(labels: 59, Class("a", 9, 0.2), Class("b", 50, 0.9));
        Assert.That(await SuspensionAsync(), Is.Not.Null, "of a, nobody knows");
        await SendClassesAsync(labels: 61, Class("a", 11, 0.8), Class("b", 50, 0.9));
        await SeeSuspendedAsync(false);
    }

    private static ClassQuality Class(string label, long cases, double recall) =>
        new(label, cases, cases, (long)(cases * recall), new MeasuredShare(recall, 0, 1), new MeasuredShare(recall, 0, 1));

    private async Task SendClassesAsync(long labels, params ClassQuality[] classes)
    {
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), Measured(0.9, labels, time = time.AddMinutes(1)) with { Classes = classes });
        await SeeMeasuredAsync(labels);
    }

    private Task ForceAsync(string version) => PolicyServices.Training.Admin.PostAsync(
        $"/v1/registry/models/{model}/versions/{version}/promote", DatasetCaller.Json("""{"force": true, "reason": "for the test"}""")).ReadAsync(HttpStatusCode.OK);

    private QualityMeasured Measured(double accuracy, long labels, DateTimeOffset at) =>
        new(model, "3", labels, (long)(accuracy * labels), new MeasuredShare(accuracy, 0, 1), [], time.AddDays(-1), at);

    [Test]
    public async Task An_admin_who_resumes_a_model_has_the_last_word_until_its_quality_changes()
    {
        await PutAsync("refuse");
        await SendAsync(0.7);
        await SeeSuspendedAsync(true);
        using var resumed = await ResumeAsync(admin.Http);
        Assert.That(resumed.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));

        await SendAsync(0.6, labels: 120);
        await SeeMeasuredAsync(120);
        Assert.That(await SuspensionAsync(), Is.Null, "it is known to be low");
        await SendAsync(0.9);
        await SendAsync(0.7);
        await SeeSuspendedAsync(true);
    }

    [Test]
    public async Task A_changed_policy_is_held_against_the_next_measurement()
    {
        await PutAsync("alert");
        await SendAsync(0.7);
        await SeeMeasuredAsync(100);
        await PutAsync("refuse");
        await SendAsync(0.7);
        await SeeSuspendedAsync(true);
        await PutAsync("refuse", minAccuracy: 0.6);
        await SendAsync(0.7);
        await SeeSuspendedAsync(false);
    }

    [Test]
    public async Task Resuming_needs_an_admin_and_a_suspended_model()
    {
        using var trainer = await PolicyServices.CallerAsync("analyst", "train");
        using var refused = await ResumeAsync(trainer.Http);
        using var notSuspended = await ResumeAsync(admin.Http);
        using var unknown = await admin.Http.PostAsync("/v1/registry/models/unheard-of/resume", null);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await notSuspended.ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("not-suspended"));
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private Task PutAsync(string action, double minAccuracy = 0.8) => PutAsync(FormattableString.Invariant($$"""{"minAccuracy": {{minAccuracy}}}"""), action);

    private Task PutAsync(string gates, string action) => admin.PutPolicyAsync(
        dataset, $$"""{"model": "{{model}}", "gates": {{gates}}, "onLowQuality": "{{action}}"}""").ReadAsync(HttpStatusCode.OK);

    private Task<HttpResponseMessage> ResumeAsync(HttpClient http) => http.PostAsync($"/v1/registry/models/{model}/resume", null);

    /// <summary>One after the other: the next is sent when this one was taken.</summary>
    private async Task SendAsync(double accuracy, long labels = 100, string version = "3", DateTimeOffset? at = null)
    {
        var when = at ?? (time = time.AddMinutes(1));
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), new QualityMeasured(
            model, version, labels, (long)(accuracy * labels), new MeasuredShare(accuracy, 0, 1), [], time.AddDays(-1), when));
        if (at is null && labels >= 50)
        {
            await Eventually.IsTrueAsync(
                async () => await CountAsync($"model = '{model}' AND version = '{version}' AND time >= '{when:O}'") == 1 || version == "2", "the measurement is taken", () => PolicyServices.Training.Log);
        }
    }

    private Task SeeMeasuredAsync(long labels) =>
        Eventually.IsTrueAsync(async () => await CountAsync($"model = '{model}' AND labels = {labels}") == 1, $"{labels} judged predictions are known", () => PolicyServices.Training.Log);

    private static Task<long> CountAsync(string where) => PolicyServices.Training.QueryAsync<long>($"SELECT count(*) FROM measured_quality WHERE {where}");

    private async Task<JsonElement> SeeSuspendedAsync(bool suspended) => (await Eventually.SeeAsync(
        suspended ? "it is suspended" : "it predicts", SuspensionAsync, seen => (seen is not null) == suspended, log: () => PolicyServices.Training.Log)).GetValueOrDefault();

    /// <summary>As InferenceService is told.</summary>
    private async Task<JsonElement?> SuspensionAsync()
    {
        var live = await PolicyServices.Training.Inference.GetFromJsonAsync<JsonElement>("/internal/registry/live");
        var mine = live.EnumerateArray().Single(version => version.GetProperty("model").GetString() == model);
        return mine.TryGetProperty("suspended", out var suspended) ? suspended : null;
    }

    /// <summary>What happened to the model by its quality.</summary>
    private async Task<string> HistoryAsync() =>
        string.Join(", ", (await PolicyServices.Training.HistoryAsync(model)).Split(", ").Where(entry => !entry.StartsWith("model.registered") && !entry.StartsWith("model.promoted")));
}
