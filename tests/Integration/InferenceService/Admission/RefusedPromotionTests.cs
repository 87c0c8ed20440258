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
        using var before = await training.PromoteAsync(model, "3");
        await using var inference = await InferenceApplication.StartReadyAsync(training, storage);
        Assert.That(await inference.VersionAsync(model), Is.EqualTo("3"), inference.Log);

        using var promoted = await training.PromoteAsync(model, version);
        Assert.That(promoted.IsSuccessStatusCode, Is.True, await promoted.Content.ReadAsStringAsync());

        var announced = await subscriber.WaitForAsync(model, 1, () => inference.Log);
        Assert.That(announced[0].Body.GetProperty("version").GetString(), Is.EqualTo(version));
        Assert.That(announced[0].Body.GetProperty("reason").GetString(), Does.Contain(reason));
        Assert.That(await inference.VersionAsync(model), Is.EqualTo("3"));
    }

    private void WriteHostile(string version, byte[] file) => packages.WriteScorer(model, version, file, manifest =>
    {
        manifest["columns"] = new JsonArray(Column("first"), Column("second"));
        manifest["input"] = new JsonObject { ["kind"] = "rows" };
        manifest["output"] = new JsonObject { ["name"] = "y" };
    });

    private static JsonObject Column(string name) => new() { ["name"] = name, ["type"] = "number" };
}
