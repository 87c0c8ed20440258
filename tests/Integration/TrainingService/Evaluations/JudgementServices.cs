using Integration.InferenceService;
using Integration.TrainingService.Serving;
using NUnit.Framework;

namespace Integration.TrainingService.Evaluations;

/// <summary>One TrainingService with an InferenceService and a StorageService for all tests of judging.</summary>
[SetUpFixture]
public class JudgementServices
{
    internal static ServedModels Suite { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Suite = await ServedModels.StartNewAsync(packages => packages.WriteScorer(PackageFolder.NewModelName(), "1"));

    [OneTimeTearDown]
    public async Task StopAsync() => await Suite.DisposeAsync();
}
