using Integration.StorageService;
using Integration.TrainingService.Datasets;
using NUnit.Framework;
using TestSupport;

namespace Integration.TrainingService.Policies;

/// <summary>One TrainingService for the tests of policies, whose clock they move.</summary>
[SetUpFixture]
public class PolicyServices
{
    private static readonly Queue<string> Models = new();
    private static PackageFolder packages = null!;

    internal static StorageApplication Storage { get; private set; } = null!;

    internal static TrainingApplication Training { get; private set; } = null!;

    internal static ShiftedTime Time { get; } = new();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        for (var i = 0; i < 30; i++)
        {
            Models.Enqueue(PackageFolder.NewModelName());
            foreach (var version in (string[])["1", "2", "3"])
                packages.Write(Models.Last(), version);
        }
        Storage = await StorageApplication.StartNewAsync();
        Training = await TrainingApplication.StartReadyAsync(packages, Storage, time: Time);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Training.DisposeAsync();
        await Storage.DisposeAsync();
        packages.Dispose();
    }

    /// <summary>An imported model that no other test uses; of its versions 1 to 3 the last is live.</summary>
    internal static string TakeModel() => Models.Dequeue();

    internal static async Task<DatasetCaller> CallerAsync(string role = "user", params string[] scopes)
    {
        var subject = Guid.CreateVersion7().ToString();
        return new DatasetCaller(await Training.ClientInRoleAsync(subject, role, [.. scopes.DefaultIfEmpty("train")]), subject);
    }

    /// <summary>Runs that the data set's policy queued.</summary>
    internal static Task<long> RunsAsync(string dataset) => Training.QueryAsync<long>(
        $"SELECT count(*) FROM runs r JOIN datasets d ON d.number = r.dataset WHERE r.cause = 'policy' AND d.id = '{dataset.Split('/')[^1]}'");

    internal static Task SeeRunsAsync(string dataset, int count) =>
        Eventually.IsTrueAsync(async () => await RunsAsync(dataset) == count, $"{count} runs by policy", () => Training.Log);
}
