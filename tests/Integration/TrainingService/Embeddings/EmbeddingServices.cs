using Integration.InferenceService;
using Integration.TrainingService.Serving;
using NUnit.Framework;

namespace Integration.TrainingService.Embeddings;

/// <summary>One TrainingService and one InferenceService for the tests of embeddings, with backbones that will do and some that won't.</summary>
[SetUpFixture]
public class EmbeddingServices
{
    internal const string Default = "mask-detector", Embedding = "mask-detector-embedding";

    internal static string Plain { get; } = PackageFolder.NewModelName();

    internal static string Rows { get; } = PackageFolder.NewModelName();

    internal static string Trees { get; } = PackageFolder.NewModelName();

    internal static string Own { get; } = PackageFolder.NewModelName();

    internal static string Forged { get; } = PackageFolder.NewModelName();

    internal static ServedModels Served { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => Served = await ServedModels.StartNewAsync(
        packages =>
        {
            packages.WriteMaskDetector(Default, "1");
            packages.WriteMaskDetector(Plain, "1", manifest => manifest["output"]!.AsObject().Remove("features"));
            packages.WriteMaskDetector(Own, "1");
            packages.WriteMaskDetector(Forged, "1");
            packages.WriteScorer(Rows, "1");
            packages.WriteScorer(Trees, "1", manifest =>
            {
                manifest["task"] = "image-classification"; // which is not true: nothing in it takes a picture
                manifest["input"] = new System.Text.Json.Nodes.JsonObject { ["kind"] = "image", ["width"] = 32, ["height"] = 32 };
            });
        },
        new Dictionary<string, string> { ["Datasets:ImageSweepEvery"] = "00:00:00.2", ["Datasets:ImageGrace"] = "00:00:01", ["Learning:MaxCachedEmbeddings"] = "2000" });

    [OneTimeTearDown]
    public async Task StopAsync() => await Served.DisposeAsync();
}
