using System.Text.Json;
using Learning.Data;
using Learning.Exports;
using NUnit.Framework;
using Onnx.Writing;
using TestSupport;
using TrainingService.Runs;
using TrainingService.Runs.Training;

namespace Unit.TrainingService.Runs;

/// <summary>What is served is backbone and head in one file: a run tries just that, on images that nobody trained on.</summary>
public sealed class WholeFileTests
{
    private const int Pictures = 60, Side = 128;
    private static readonly string Backbone = Repository.Path("models", "mask-detector", "1", "model.onnx");
    private float[][] pictures = null!, embeddings = null!;
    private ClassifierCut cut = null!;

    /// <summary>Of noise, told apart by their brightness.</summary>
    [OneTimeSetUp]
    public void Embed()
    {
        using var file = File.OpenRead(Backbone);
        var outline = ModelOutline.Read(file);
        cut = ClassifierCut.Find(outline);
        using var memory = new MemoryStream();
        cut.WriteEmbeddingModel(outline, memory);
        using var embedder = new ExportedModel(memory.ToArray());
        var random = new Random(1);
        pictures = [.. Enumerable.Range(0, Pictures).Select(i => Enumerable.Range(0, 3 * Side * Side).Select(_ => (float)(random.NextDouble() + (i % 2))).ToArray())];
        embeddings = [.. pictures.Select(picture => embedder.Run(picture, 1, 3, Side, Side))];
    }

    [Test]
    public void It_answers_images_as_the_trained_head_answers_their_rows()
    {
        var whole = Train(tried: row => row)!;
        Assert.That(whole.Images, Is.EqualTo(Pictures / 3));
        Assert.That(whole.LargestDifference, Is.GreaterThan(0).And.LessThanOrEqualTo(ExportCheck.Allowed));
    }

    [Test]
    public void One_that_answers_images_otherwise_fails_the_run() => Assert.That(
        () => Train(tried: row => (row + 3) % Pictures), // a bright one for a dark one: so a file would look that is put together wrongly
        Throws.TypeOf<RunFailedException>().With.Property("Error").Property("Code").EqualTo("export-differs").And.Message.Contains("20 images"));

    [Test]
    public void One_that_was_tried_on_nothing_fails_the_run() => Assert.That(
        () => Train(tried: null), Throws.TypeOf<RunFailedException>().With.Property("Error").Property("Code").EqualTo("export-differs"));

    /// <param name="tried">Which picture the whole file gets where it is to answer a row; null: none.</param>
    private WholeCheck? Train(Func<int, int>? tried)
    {
        using var folder = new RunFolder(Repository.NewTemporaryFolder("trainer"));
        File.Copy(Backbone, folder.Backbone);
        using (var images = File.Create(folder.Images))
        using (var rows = new RowsFileWriter(File.Create(folder.Rows), embeddings[0].Length))
        {
            for (var row = 0; row < Pictures; row++)
            {
                rows.Add(new Guid(row, 0, 0, new byte[8]), row % 2, row % 3 == 0 ? RowMarks.Reference : RowMarks.None, embeddings[row]);
                if (row % 3 == 0 && tried is not null)
                    ImageSamples.Write(images, row, pictures[tried(row)]);
            }
        }
        var order = new TrainerOrder(
            TableSchema.OfEmbeddings(embeddings[0].Length, ["dark", "bright"]), Pictures, "image-head", new Dictionary<string, JsonElement>(), Grid: null, Folds: 3, Seed: 1,
            Threads: 1, MemoryLimitBytes: 2L << 30, Niceness: 0, cut.Tensor, [3, Side, Side]);
        return new Trainer(folder, order, _ => { }).Run().Export.Whole;
    }
}
