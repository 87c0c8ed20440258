using Integration.StorageService;
using NUnit.Framework;

namespace Integration.TrainingService.FeedbackLabels;

/// <summary>One TrainingService for the tests of feedback, with a StorageService and predictions that tests put there.</summary>
[SetUpFixture]
public class FeedbackServices
{
    private static readonly Queue<string> Models = new();
    private static PackageFolder packages = null!;

    internal static StorageApplication Storage { get; private set; } = null!;

    internal static FakeInputs Inputs { get; private set; } = null!;

    internal static TrainingApplication Training { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        for (var i = 0; i < 50; i++)
        {
            Models.Enqueue(PackageFolder.NewModelName());
            packages.Write(Models.Last(), "1");
        }
        Storage = await StorageApplication.StartNewAsync();
        Inputs = await FakeInputs.StartNewAsync();
        Training = await TrainingApplication.StartReadyAsync(packages, Storage, settings: new Dictionary<string, string> { ["services:inference-0:http:0"] = Inputs.Address });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await Training.DisposeAsync();
        await Inputs.DisposeAsync();
        await Storage.DisposeAsync();
        packages.Dispose();
    }

    /// <summary>An imported model that no other test uses.</summary>
    internal static string TakeModel() => Models.Dequeue();
}
