using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Integration.StorageService;
using Integration.TrainingService;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TestSupport;
using TrainingService.Registry;

namespace Integration.InferenceService;

public class SuspensionTests
{
    private const string Reason = "accuracy 0.700 over the last 100 judged predictions is under minAccuracy 0.8";
    private readonly string model = PackageFolder.NewModelName(), other = PackageFolder.NewModelName();
    private PackageFolder packages = null!;
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        packages.WriteScorer(model, "1");
        packages.WriteScorer(model, "2");
        packages.WriteScorer(other, "1");
        storage = await StorageApplication.StartNewAsync();
        training = await TrainingApplication.StartReadyAsync(packages, storage);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await training.DisposeAsync();
        await storage.DisposeAsync();
        packages.Dispose();
    }

    [TearDown]
    public Task ResumeAsync() => DoAsync(promotion => promotion.ResumeAsync(model, "The test is over.", "a test", CancellationToken.None));

    [Test]
    public async Task A_suspended_model_predicts_by_no_route_on_any_replica_until_it_is_resumed()
    {
        var database = InferenceApplication.NewDatabase();
        await using var first = await InferenceApplication.StartReadyAsync(training, storage, database);
        await using var second = await InferenceApplication.StartReadyAsync(training.Address, storage.Address, database, settings: new Dictionary<string, string> { ["Compatibility:ScoreModel"] = model });
        await SuspendAsync();
        foreach (var replica in (InferenceApplication[])[first, second])
            await SeeStatusAsync(replica, HttpStatusCode.Conflict);

        using (var answer = await first.PredictAsync(model))
        {
            var problem = await answer.ReadAsync(HttpStatusCode.Conflict);
            Assert.That(problem.Text("code"), Is.EqualTo("model-below-threshold"));
            Assert.That(problem.Text("detail"), Does.Contain(Reason));
        }
        Assert.That(await first.PredictAsync(model, "2").StatusAsync(), Is.EqualTo(HttpStatusCode.Conflict), "named, it is the same version");
        Assert.That(await first.PredictAsync(model, "1").StatusAsync(), Is.EqualTo(HttpStatusCode.OK), "another version is another matter");
        Assert.That(await first.PredictAsync(other).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await second.Caller.PostAsJsonAsync("/predict", new[] { Row }).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("model-below-threshold"));
        Assert.That((await PostTaskAsync(first).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("model-below-threshold"));
        foreach (var path in (string[])[$"/v2/models/{model}/infer", $"/v2/models/{model}/versions/2/infer"])
        {
            using var infer = await first.Caller.PostAsync(path, new StringContent("""{"inputs":[]}""", Encoding.UTF8, "application/json"));
            Assert.That((await infer.ReadAsync(HttpStatusCode.Conflict)).Text("error"), Does.Contain(Reason), path);
        }

        Assert.That((await first.Caller.GetAsync($"/v1/models/{model}").ReadAsync()).Text("suspended"), Is.EqualTo(Reason), "it can be read why");
        Assert.That((await first.Caller.GetAsync($"/v2/models/{model}/ready").ReadAsync(HttpStatusCode.ServiceUnavailable))["ready"]!.GetValue<bool>(), Is.False);
        var entry = (await first.Caller.PostAsync("/v2/repository/index", null).ReadAsync()).AsArray().Single(each => each!.Text("name") == model && each!.Text("version") == "2")!;
        Assert.That((entry.Text("state"), entry.Text("reason")), Is.EqualTo(("UNAVAILABLE", $"suspended: {Reason}")));

        await ResumeAsync();
        foreach (var replica in (InferenceApplication[])[first, second])
            await SeeStatusAsync(replica, HttpStatusCode.OK);
    }

    [Test]
    public async Task It_holds_after_a_restart_with_the_registry_away()
    {
        var cache = InferenceApplication.NewCache();
        await using (var before = await InferenceApplication.StartReadyAsync(training, storage, cache: cache))
        {
            await SuspendAsync();
            await SeeStatusAsync(before, HttpStatusCode.Conflict);
        }
        await using var alone = await InferenceApplication.StartReadyAsync(InferenceApplication.Nowhere, InferenceApplication.Nowhere, cache: cache);
        await SeeStatusAsync(alone, HttpStatusCode.Conflict);
        Assert.That(await alone.PredictAsync(other).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_items_of_a_task_are_predictions_too()
    {
        await using var inference = await InferenceApplication.StartReadyAsync(training.Address, storage.Address, settings: new Dictionary<string, string> { ["Tasks:MaxChunkItems"] = "1" });
        var rows = string.Concat(Enumerable.Repeat(JsonSerializer.Serialize(Row) + "\n", 3000));
        var task = (await PostTaskAsync(inference, rows).ReadAsync(HttpStatusCode.Accepted)).Text("id");
        await SuspendAsync();
        var ended = await Eventually.SeeAsync("the task ends", () => inference.Caller.GetAsync($"/v1/tasks/{task}").ReadAsync(), seen => seen.Text("status") == "failed", log: () => inference.Log);
        Assert.That(ended["error"]!.Text("code"), Is.EqualTo("model-below-threshold"));
    }

    [Test]
    public async Task The_suite_itself_may_still_ask_it()
    {
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);
        await SuspendAsync();
        await SeeStatusAsync(inference, HttpStatusCode.Conflict);
        using var service = await inference.ServiceAsync("training", "inference");
        using var answer = await service.PostAsync($"/v2/models/{model}/infer", new StringContent("""{"inputs":[]}""", Encoding.UTF8, "application/json"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), "what it lacks is inputs");
    }

    private static object Row => new { abuse_type = "MSG", report_text_len = 10, profile_rating = 1.5, popularity = 3 };

    private Task<HttpResponseMessage> PostTaskAsync(InferenceApplication inference, string? rows = null) => inference.Caller.PostAsync(
        $"/v1/models/{model}/tasks", new StringContent(rows ?? JsonSerializer.Serialize(Row), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson")));

    private Task SeeStatusAsync(InferenceApplication replica, HttpStatusCode status) =>
        Eventually.SeeAsync($"predicting answers {status}", () => replica.PredictAsync(model).StatusAsync(), seen => seen == status, log: () => replica.Log);

    private Task SuspendAsync() => DoAsync(promotion => promotion.SuspendAsync(model, "2", Reason, "a test", CancellationToken.None));

    private async Task DoAsync(Func<Promotion, Task> act)
    {
        await using var scope = training.Services.CreateAsyncScope();
        await act(scope.ServiceProvider.GetRequiredService<Promotion>());
    }
}
