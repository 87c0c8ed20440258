using System.Text.Json.Nodes;
using Integration.StorageService;
using Integration.TrainingService;
using NUnit.Framework;
using TestSupport;

namespace Integration.InferenceService.Admission;

/// <summary>Through the service: a hostile version goes live in the registry, and harms nobody.</summary>
[TestFixture]
public sealed class RefusedPromotionTests
{
    private readonly PackageFolder packages = new();
    private readonly string model = PackageFolder.NewModelName();
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        WriteHostile("1", HostileModels.Outside("../../etc/passwd"));
        WriteHostile("2", HostileModels.Greedy());
        packages.WriteScorer(model, "3");
        WriteHostile("4", HostileModels.Endless());
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

    [TestCase("1", "outside the file ('../../etc/passwd')")]
    [TestCase("2", "MemoryLimitBytes allows")]
    public async Task A_hostile_version_is_announced_with_its_reason_and_the_old_one_goes_on(string version, string reason)
    {
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.loadfailed");
        await PromoteLastGoodAsync();
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);
        Assert.That(await inference.VersionAsync(model), Is.EqualTo("3"), inference.Log);

        using var promoted = await training.PromoteAsync(model, version);
        Assert.That(promoted.IsSuccessStatusCode, Is.True, await promoted.Content.ReadAsStringAsync());

        var announced = await subscriber.WaitForAsync(model, 1, () => inference.Log);
        Assert.That(announced[0].Body.GetProperty("version").GetString(), Is.EqualTo(version));
        Assert.That(announced[0].Body.GetProperty("reason").GetString(), Does.Contain(reason));
        Assert.That(await inference.VersionAsync(model), Is.EqualTo("3"));
    }

    [Test]
    public async Task A_version_whose_trial_may_pass_is_tried_again_and_not_for_ever()
    {
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.loadfailed");
        await PromoteLastGoodAsync();
        await using var inference = await InferenceApplication.StartReadyAsync(training.Address, storage.Address, settings: new Dictionary<string, string>
        {
            ["Models:Admission:TimeLimit"] = "00:00:02", ["Models:LoadRetryInterval"] = "00:00:01", ["Models:ResyncInterval"] = "00:00:01",
        });

        using var promoted = await training.PromoteAsync(model, "4");

        var announced = await subscriber.WaitForAsync(model, 3, () => inference.Log);
        Assert.That(announced.Take(3).Select(told => told.Body.GetProperty("refused").GetBoolean()), Is.EqualTo(new[] { false, false, true }));
        Assert.That(announced[2].Body.GetProperty("reason").GetString(), Does.Contain("TimeLimit allows").And.Contain("tried 3 times"));
        Assert.That(await inference.VersionAsync(model), Is.EqualTo("3"));
    }

    /// <summary>Or it is live already.</summary>
    private async Task PromoteLastGoodAsync() => (await training.PromoteAsync(model, "3")).Dispose();

    private void WriteHostile(string version, byte[] file) => packages.WriteScorer(model, version, file, manifest =>
    {
        manifest["columns"] = new JsonArray(Column("first"), Column("second"));
        manifest["input"] = new JsonObject { ["kind"] = "rows" };
        manifest["output"] = new JsonObject { ["name"] = "y" };
    });

    private static JsonObject Column(string name) => new() { ["name"] = name, ["type"] = "number" };
}
