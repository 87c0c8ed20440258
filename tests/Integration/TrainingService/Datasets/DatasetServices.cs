using Integration.StorageService;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

/// <summary>One TrainingService for the tests of data sets, with a StorageService beside it and limits that tests can reach.</summary>
[SetUpFixture]
public class DatasetServices
{
    private static PackageFolder packages = null!;

    internal static StorageApplication Storage { get; private set; } = null!;

    internal static TrainingApplication Training { get; private set; } = null!;

    internal static FakeHistory Inference { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        Storage = await StorageApplication.StartNewAsync();
        Inference = await FakeHistory.StartNewAsync();
        Training = await TrainingApplication.StartReadyAsync(packages, Storage, settings: new Dictionary<string, string>
        {
            ["services:inference-0:http:0"] = Inference.Address,
            ["Datasets:MaxCategories"] = "1000",
            ["Datasets:MaxRowBytes"] = "20000",
            ["Datasets:MaxInputBytes"] = "268435456",
            ["Datasets:MaxUploads"] = "32",
            ["Datasets:MaxZipEntries"] = "500",
            ["Datasets:MaxUnzippedBytes"] = "50000000",
            ["Datasets:ImageSweepEvery"] = "00:00:00.2",
            ["Datasets:ImageGrace"] = "00:00:01",
        });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Training.DisposeAsync();
        await Inference.DisposeAsync();
        await Storage.DisposeAsync();
        packages.Dispose();
    }
}
