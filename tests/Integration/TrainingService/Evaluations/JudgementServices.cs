using Integration.InferenceService;
using Integration.TrainingService.Serving;
using NUnit.Framework;

namespace Integration.TrainingService.Evaluations;

/// <summary>One TrainingService with an InferenceService and a StorageService for all tests of judging.</summary>
[SetUpFixture]
public class JudgementServices
{
    /// <summary>A model of images that is live.</summary>
    internal static string Masks { get; } = PackageFolder.NewModelName();

    internal static ServedModels Suite { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Suite = await ServedModels.StartNewAsync(packages => packages.WriteMaskDetector(Masks, "1"));

    [OneTimeTearDown]
    public async Task StopAsync() => await Suite.DisposeAsync();
}
