using System.Net.Http.Json;
using System.Text.Json;
using InferenceService.Predictions;
using InferenceSuite.Contracts;
using Integration.StorageService;
using Integration.TrainingService;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ServiceDefaults.Outbox;

namespace Integration.InferenceService;

[TestFixture]
public sealed class PredictionLogTests
{
    private readonly PackageFolder packages = new();
    private readonly string model = PackageFolder.NewModelName();
    private readonly string unrecorded = PackageFolder.NewModelName();
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;
    private InferenceApplication inference = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        packages.WriteScorer(model, "1");
        packages.WriteScorer(unrecorded, "1", manifest => manifest["recording"] = "off");
        storage = await StorageApplication.StartNewAsync();
        training = await TrainingApplication.StartReadyAsync(packages, storage);
        inference = await InferenceApplication.StartReadyAsync(training, storage);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await inference.DisposeAsync();
        await training.DisposeAsync();
        await storage.DisposeAsync();
        packages.Dispose();
    }

    [Test]
    public async Task Requests_that_share_a_commit_are_each_on_record_once_and_announced_once()
    {
        const int requests = 200;
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "prediction.made");

        var answers = await Task.WhenAll(Enumerable.Range(0, requests).Select(async _ =>
        {
            using var answer = await inference.PredictAsync(model);
            return await answer.Content.ReadFromJsonAsync<JsonElement>();
        }));

        var items = answers.Select(answer => answer.GetProperty("predictions")[0].GetProperty("id").GetGuid()).ToArray();
        Assert.That(items, Is.Unique);
        await TestSupport.Eventually.IsTrueAsync(
            () => Task.FromResult(items.All(item => subscriber.About(item.ToString()).Count == 1)), "one event for each", () => inference.Log);
        foreach (var item in items)
            Assert.That((await inference.Caller.GetAsync($"/v1/predictions/{item}")).IsSuccessStatusCode, Is.True);
    }

    [Test]
    public async Task A_row_that_the_database_refuses_fails_alone()
    {
        var log = inference.Services.GetRequiredService<PredictionLog>();
        var good = Enumerable.Range(0, 20).Select(_ => Entry("fine")).ToArray();
        var bad = Entry("a NUL \0 that no text column takes");

        var written = good[..10].Append(bad).Concat(good[10..]).Select(entry => (entry, task: log.RecordAsync(entry, CancellationToken.None))).ToArray();

        Assert.That(async () => await written.Single(w => w.entry == bad).task, Throws.InstanceOf<Npgsql.PostgresException>());
        foreach (var (_, task) in written.Where(w => w.entry != bad))
            await task;
        foreach (var entry in good)
            Assert.That((await inference.Caller.GetAsync($"/v1/predictions/{entry.Predictions[0].Id}")).IsSuccessStatusCode, Is.True);
    }

    [Test]
    public async Task A_model_whose_recording_is_off_answers_without_ids_and_leaves_nothing()
    {
        using var answer = await inference.PredictAsync(unrecorded);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.That(body.TryGetProperty("id", out _), Is.False);
        Assert.That(body.GetProperty("predictions")[0].GetProperty("score").GetDouble(), Is.InRange(0, 1));
        var list = await inference.Caller.GetFromJsonAsync<JsonElement>($"/v1/predictions?model={unrecorded}");
        Assert.That(list.GetProperty("items").GetArrayLength(), Is.Zero);
    }

    private LogEntry Entry(string label)
    {
        var now = DateTimeOffset.UtcNow;
        var made = new PredictionMade(
            Guid.CreateVersion7(), Guid.CreateVersion7(), "caller-1", model, "1", "tabular-classification", label, 0.5, null, null,
            new PredictionInput("row"), new PredictionTimings(0, 0, 0, 0, 0, 1), now);
        return new LogEntry([PredictionRecord.From(made, item: 0)], [OutboxMessage.From(made with { Label = null }, made.Id.ToString(), now)], []);
    }
}
