using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.StorageService;
using Integration.TrainingService;
using Integration.TrainingService.Evaluations;
using NUnit.Framework;
using TestSupport;

namespace Integration.InferenceService;

[TestFixture]
public sealed class RegistryFollowingTests
{
    private readonly PackageFolder packages = new();
    private readonly string followed = PackageFolder.NewModelName(), broken = PackageFolder.NewModelName(), remembered = PackageFolder.NewModelName(), swapped = PackageFolder.NewModelName(), misdescribed = PackageFolder.NewModelName(), asked = PackageFolder.NewModelName(), halfBroken = PackageFolder.NewModelName(), gone = PackageFolder.NewModelName(), goneToo = PackageFolder.NewModelName(), unfetchable = PackageFolder.NewModelName(), reminder = PackageFolder.NewModelName();
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        foreach (var model in (string[])[followed, remembered, swapped, asked])
        {
            packages.WriteScorer(model, "1");
            packages.WriteScorer(model, "2");
        }
        WriteTiny(gone, 2.5f); // files that no other model has
        WriteTiny(goneToo, 3.5f);
        packages.WriteScorer(unfetchable, "1");
        packages.WriteScorer(unfetchable, "2");
        packages.WriteScorer(reminder, "1");
        packages.WriteScorer(reminder, "2");
        packages.WriteBroken(broken, "1");
        packages.WriteMisdescribed(misdescribed, "1"); // its only version: it never serves, and the others do
        packages.WriteScorer(broken, "2");
        packages.WriteBroken(halfBroken, "1");
        packages.WriteScorer(halfBroken, "2");
        storage = await StorageApplication.StartNewAsync();
        training = await TrainingApplication.StartReadyAsync(packages, storage);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await training.DisposeAsync();
        await storage.DisposeAsync();
        packages.Dispose();
    }

    [Test]
    public async Task Every_replica_follows_a_promotion()
    {
        var database = InferenceApplication.NewDatabase();
        await using var first = await InferenceApplication.StartReadyAsync(training, storage, database);
        await using var second = await InferenceApplication.StartReadyAsync(training, storage, database);
        Assert.That(await first.VersionAsync(followed), Is.EqualTo("2"), "the newest is live");

        using var promoted = await training.PromoteAsync(followed, "1");
        Assert.That(promoted.IsSuccessStatusCode, Is.True, await promoted.Content.ReadAsStringAsync());

        foreach (var replica in (InferenceApplication[])[first, second])
            await Eventually.SeeAsync("version 1 serves", () => replica.VersionAsync(followed), version => version == "1", log: () => replica.Log);
    }

    [Test]
    public async Task A_version_that_does_not_load_is_announced_and_the_old_one_goes_on()
    {
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.loadfailed");
        var cache = InferenceApplication.NewCache();
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage, cache: cache);
        Assert.That(await inference.VersionAsync(broken), Is.EqualTo("2"));

        using var promoted = await training.PromoteAsync(broken, "1");
        Assert.That(promoted.IsSuccessStatusCode, Is.True, await promoted.Content.ReadAsStringAsync());

        await Eventually.IsTrueAsync(() => Task.FromResult(subscriber.About(broken).Count > 0), "model.loadfailed arrives", () => inference.Log);
        Assert.That(await inference.VersionAsync(broken), Is.EqualTo("2"));

        await using var restarted = await InferenceApplication.StartReadyAsync(training, storage, cache: cache);
        await Eventually.SeeAsync("the version that worked serves after a restart too", () => restarted.VersionAsync(broken), version => version == "2", log: () => restarted.Log);
    }

    [Test]
    public async Task Of_a_model_that_is_not_listed_any_more_nothing_stays_on_disk()
    {
        var cache = InferenceApplication.NewCache();
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage, cache: cache);
        var sha256 = (await training.GetAsync($"/v1/registry/models/{gone}")).GetProperty("versions")[0].GetProperty("sha256").GetString();
        Assert.That(File.Exists(Path.Combine(cache, $"{sha256}.onnx")), Is.True);
        var working = Directory.GetFiles(cache, "working-*.json").Single(file => File.ReadAllText(file).Contains(gone));

        await training.TamperAsync($"UPDATE versions SET state = 'archived' WHERE model = '{gone}'");
        using var promoted = await training.PromoteAsync(reminder, "1"); // has the registry asked

        await Eventually.SeeAsync("its file is gone", () => Task.FromResult(File.Exists(Path.Combine(cache, $"{sha256}.onnx")) || File.Exists(working)), there => !there, log: () => inference.Log);
        Assert.That(await inference.VersionAsync(reminder), Is.EqualTo("1"));
    }

    [Test]
    public async Task It_goes_also_while_the_file_of_another_model_can_t_be_fetched()
    {
        var cache = InferenceApplication.NewCache();
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage, cache: cache);
        var sha256 = (await training.GetAsync($"/v1/registry/models/{goneToo}")).GetProperty("versions")[0].GetProperty("sha256").GetString();
        Assert.That(File.Exists(Path.Combine(cache, $"{sha256}.onnx")), Is.True);
        using var live = await training.PromoteAsync(unfetchable, "1");
        await training.TamperAsync($"UPDATE versions SET sha256 = repeat('0', 64) WHERE model = '{unfetchable}' AND version = '2'");
        using var promoted = await training.PromoteAsync(unfetchable, "2");
        await Eventually.SeeAsync("it can't be fetched", () => Task.FromResult(inference.Log), log => log.Contains("Not everything that should serve does yet"), log: () => inference.Log);

        await training.TamperAsync($"UPDATE versions SET state = 'archived' WHERE model = '{goneToo}'");

        await Eventually.SeeAsync("its file is gone", () => Task.FromResult(File.Exists(Path.Combine(cache, $"{sha256}.onnx"))), there => !there, log: () => inference.Log);
        using var back = await training.PromoteAsync(unfetchable, "1");
    }

    [Test]
    public async Task A_damaged_file_in_the_cache_is_fetched_again()
    {
        var cache = InferenceApplication.NewCache();
        await using (var before = await InferenceApplication.StartReadyAsync(training, storage, cache: cache))
            Assert.That(await before.VersionAsync(remembered), Is.Not.Null);
        foreach (var file in Directory.EnumerateFiles(cache, "*.onnx"))
            await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..^100]);

        await using var after = await InferenceApplication.StartReadyAsync(training, storage, cache: cache);

        Assert.That(await after.VersionAsync(remembered), Is.EqualTo("2"));
    }

    [Test]
    public async Task With_registry_and_storage_away_the_last_answer_serves()
    {
        var cache = InferenceApplication.NewCache();
        await using (var before = await InferenceApplication.StartReadyAsync(training, storage, cache: cache))
            Assert.That(await before.VersionAsync(remembered), Is.EqualTo("2"));

        await using var alone = await InferenceApplication.StartReadyAsync(InferenceApplication.Nowhere, InferenceApplication.Nowhere, cache: cache);

        Assert.That(await alone.VersionAsync(remembered), Is.EqualTo("2"));
    }

    [Test]
    public async Task A_swap_under_load_fails_no_request()
    {
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);
        using var enough = new CancellationTokenSource();
        var versions = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
                versions.Enqueue(await inference.VersionAsync(swapped));
        })).ToArray();

        foreach (var version in (string[])["1", "2", "1"])
        {
            using var promoted = await training.PromoteAsync(swapped, version);
            Assert.That(promoted.IsSuccessStatusCode, Is.True, await promoted.Content.ReadAsStringAsync());
            await Eventually.IsTrueAsync(() => Task.FromResult(versions.LastOrDefault() == version), $"version {version} answers", () => inference.Log);
        }
        await enough.CancelAsync();
        await Task.WhenAll(load);

        Assert.That(versions, Has.None.Null, "every request was answered");
    }

    [Test]
    public async Task A_version_that_is_not_live_answers_whoever_names_it()
    {
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);

        Assert.That(await AnsweredByAsync(inference, asked, "1"), Is.EqualTo("1"));
        Assert.That(await AnsweredByAsync(inference, asked, "2"), Is.EqualTo("2"));
        Assert.That(await inference.VersionAsync(asked), Is.EqualTo("2"), "the live one still answers who names none");
        var view = await inference.Caller.GetFromJsonAsync<JsonElement>($"/v1/models/{asked}");
        Assert.That(view.GetProperty("loaded").EnumerateArray().Select(version => version.GetString()), Is.EqualTo((string[])["2", "1"]));

        using var promoted = await training.PromoteAsync(asked, "1");
        await Eventually.SeeAsync("the version in memory goes live", () => inference.VersionAsync(asked), version => version == "1", log: () => inference.Log);
    }

    [TestCase("99", HttpStatusCode.NotFound, "unknown-version")]
    [TestCase("..%2F..%2Flive", HttpStatusCode.NotFound, "unknown-version")]
    public async Task A_version_that_is_not_there_is_named(string version, HttpStatusCode status, string type)
    {
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);
        using var answer = await inference.PredictAsync(asked, version);
        Assert.That(answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain(type).And.Contain("\"version\""));
    }

    [Test]
    public async Task A_version_that_can_t_be_loaded_is_a_conflict_and_hurts_nobody()
    {
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);
        using var answer = await inference.PredictAsync(halfBroken, "1");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(await inference.VersionAsync(halfBroken), Is.EqualTo("2"));
    }

    private void WriteTiny(string model, float weight) => packages.WriteScorer(model, "1", TinyModels.File(weight, 0.25f), manifest =>
    {
        foreach (var (key, value) in TinyModels.Manifest())
            manifest[key] = value!.DeepClone();
    });

    private static async Task<string?> AnsweredByAsync(InferenceApplication inference, string model, string version)
    {
        using var answer = await inference.PredictAsync(model, version);
        Assert.That(answer.IsSuccessStatusCode, Is.True, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("version").GetString();
    }
}
