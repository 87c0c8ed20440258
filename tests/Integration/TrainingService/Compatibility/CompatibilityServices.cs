using Integration.InferenceService;
using Integration.TrainingService.Serving;
using NUnit.Framework;

namespace Integration.TrainingService.Compatibility;

/// <summary>One suite for the documents' routes: they train in real processes and predict with a real InferenceService.</summary>
[SetUpFixture]
public class CompatibilityServices
{
    internal static ServedModels Suite { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Suite = await ServedModels.StartNewAsync(
        packages => packages.WriteScorer(PackageFolder.NewModelName(), "1"), new Dictionary<string, string> { ["Runs:Threads"] = "1" });

    [OneTimeTearDown]
    public async Task StopAsync() => await Suite.DisposeAsync();
}
