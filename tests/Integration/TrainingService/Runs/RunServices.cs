using Integration.StorageService;
using NUnit.Framework;

namespace Integration.TrainingService.Runs;

/// <summary>One TrainingService for the tests of runs, with a StorageService beside it. Models are trained in real processes of their own.</summary>
[SetUpFixture]
public class RunServices
{
    private static PackageFolder packages = null!;

    internal static StorageApplication Storage { get; private set; } = null!;

    internal static TrainingApplication Training { get; private set; } = null!;

    internal static EventSubscriber Events { get; private set; } = null!;

    internal static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Runs:Lease"] = "00:00:02",
        ["Runs:MemoryLimitBytes"] = $"{1L << 30}",
        ["Runs:SweepEvery"] = "00:00:00.2",
        ["Runs:Threads"] = "1",
    };

    /// <summary>Another on a database of its own: what it does no other test sees.</summary>
    internal static Task<TrainingApplication> StartAnotherAsync(string database, params (string Name, string Value)[] settings) => StartAnotherAsync(database, Storage, settings);

    internal static Task<TrainingApplication> StartAnotherAsync(string database, StorageApplication storage, params (string Name, string Value)[] settings) =>
        TrainingApplication.StartReadyAsync(packages, storage, database, Settings.Concat(settings.Select(each => KeyValuePair.Create(each.Name, each.Value))).GroupBy(each => each.Key).ToDictionary(each => each.Key, each => each.Last().Value));

    /// <summary>For one as a process of its own, which a test can kill.</summary>
    internal static async Task<IReadOnlyDictionary<string, string>> ProcessSettingsAsync(string database) => new Dictionary<string, string>(Settings)
    {
        ["ConnectionStrings:training"] = (await Servers.PostgresAsync()).ConnectionString(database),
        ["ConnectionStrings:rabbitmq"] = (await Servers.RabbitMqAsync()).ConnectionString,
        ["services:auth:http:0"] = (await Servers.AuthorityAsync()).Address,
        ["services:storage:http:0"] = Storage.Address,
        ["ServiceIdentity:Name"] = "training",
        ["ServiceIdentity:Secret"] = "a secret for tests only",
    };

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        Storage = await StorageApplication.StartNewAsync();
        Training = await TrainingApplication.StartReadyAsync(packages, Storage, settings: Settings);
        Events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "training.*");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Events.DisposeAsync();
        await Training.DisposeAsync();
        await Storage.DisposeAsync();
        packages.Dispose();
    }
}
