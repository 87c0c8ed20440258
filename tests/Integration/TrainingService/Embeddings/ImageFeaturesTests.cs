using System.Diagnostics;
using System.Globalization;
using System.Net;
using Integration.TrainingService.Datasets;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TrainingService.Embeddings;
using TrainingService.Runs;
using TrainingService.Serving;
using static Integration.TrainingService.Embeddings.EmbeddingServices;

namespace Integration.TrainingService.Embeddings;

/// <summary>Pictures to rows of numbers, by a backbone that a real InferenceService runs.</summary>
[TestFixture]
public sealed class ImageFeaturesTests
{
    [Test]
    public async Task More_pictures_than_the_memory_allows_are_refused_before_any_is_embedded()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 20, seed: 900);
        var snapshot = (await pictures.Owner.SnapshotAsync(pictures.Path)).Text("id");
        await Served.Training.TamperAsync($"UPDATE dataset_snapshots SET rows = 400000 WHERE id = '{snapshot}'"); // 0.6 GB of embeddings, and nine times that with changed copies

        var problem = await pictures.Owner.Http.PostAsync($"{pictures.Path}/runs", DatasetCaller.Json("""{"learner": "image-head", "augment": 8}""")).ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That((problem.Field(), problem.Text("code")), Is.EqualTo(("rows", "out-of-memory")));
        Assert.That(problem.Text("detail"), Does.Contain("3600000 rows × 192 columns").And.Contain("Runs:MemoryLimitBytes"));
        Assert.That(await pictures.CountCachedAsync(), Is.Zero);
    }

    [Test]
    public async Task Each_picture_becomes_a_row_and_the_second_run_infers_none_again()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 20);
        var told = new List<RunProgress>();

        var before = await Served.CountRunsAsync(Embedding);
        var first = await pictures.RowsAsync(progress: told.Add);
        var inferred = await Served.CountRunsAsync(Embedding) - before;
        var second = await pictures.RowsAsync();

        Assert.That((first.Count, inferred), Is.EqualTo((40, 40L)));
        Assert.That(first.Select(row => row.Cells.Length), Is.All.EqualTo(192));
        Assert.That(first.CountBy(row => row.Label), Is.EquivalentTo(new Dictionary<int, int> { [0] = 20, [1] = 20 }));
        Assert.That(await Served.CountRunsAsync(Embedding), Is.EqualTo(before + inferred), "nothing was inferred again");
        Assert.That(second.Select(row => (row.Content, row.Cells)), Is.EqualTo(first.Select(row => (row.Content, row.Cells))));
        Assert.That(told[^1], Is.EqualTo(new RunProgress("embedding", 40, 40, null, null, told[^1].Time)));
        Assert.That(await pictures.CountCachedAsync(), Is.EqualTo(40));
    }

    [Test]
    public async Task New_pictures_are_the_only_ones_that_a_later_run_infers()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 3, seed: 100);
        var before = await pictures.RowsAsync();
        var runs = await Served.CountRunsAsync(Embedding);
        await pictures.AddAsync(("red/new.png", Pictures.Red(1000)));
        Assert.That(await pictures.RowsAsync(), Has.Count.EqualTo(before.Count + 1));
        Assert.That(await Served.CountRunsAsync(Embedding), Is.EqualTo(runs + 1));
    }

    [Test]
    public async Task A_row_is_what_the_backbone_makes_of_the_picture()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 1, seed: 200);
        var backbone = await pictures.BackboneAsync(Default);
        var tensors = Served.Training.Services.GetRequiredService<ImageTensors>();
        var red = await tensors.ReadAsync(pictures.Owner.Subject, System.Security.Cryptography.SHA256.HashData(Pictures.Red(200)), backbone.Manifest, CancellationToken.None);
        var served = await Served.Training.Services.GetRequiredService<InferenceClient>()
            .InferAsync(Embedding, "1", "features", red, 1, tensors.ShapeOf(backbone.Manifest), CancellationToken.None);
        Assert.That((await pictures.RowsAsync()).Single(row => row.Label == 0).Cells, Is.EqualTo(served).Within(1e-5));
    }

    [Test]
    public async Task Copies_stand_behind_their_picture_with_its_content_and_none_of_what_is_judged_by()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 5, seed: 300);
        var all = await pictures.RowsAsync(copies: 2, reference: 4);

        Assert.That(all, Has.Count.EqualTo(4 + (6 * 3)));
        Assert.That(all.Take(4).Select(row => row.Marks), Is.All.EqualTo(RowMarks.Reference));
        foreach (var picture in all.Skip(4).Chunk(3))
        {
            Assert.That(picture.Select(row => row.Marks), Is.EqualTo(new[] { RowMarks.None, RowMarks.Copy, RowMarks.Copy }));
            Assert.That(picture.Select(row => (row.Content, row.Label)).Distinct().Count(), Is.EqualTo(1));
            Assert.That(picture.Select(row => string.Join(' ', row.Cells)).Distinct().Count(), Is.EqualTo(3), "each looks different to the backbone");
        }
    }

    [Test]
    public async Task Copies_are_kept_by_seed()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 2, seed: 400);
        var first = await pictures.RowsAsync(copies: 1, seed: 5);
        var runs = await Served.CountRunsAsync(Embedding);
        Assert.That((await pictures.RowsAsync(copies: 1, seed: 5)).Select(row => row.Cells), Is.EqualTo(first.Select(row => row.Cells)));
        Assert.That(await Served.CountRunsAsync(Embedding), Is.EqualTo(runs));
        await pictures.RowsAsync(copies: 1, seed: 6);
        Assert.That(await Served.CountRunsAsync(Embedding), Is.EqualTo(runs + 4));
    }

    [Test]
    public async Task A_picture_that_breaks_off_fails_the_run_and_is_named()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 2, seed: 1100);
        var broken = Pictures.Red(1200)[..^2000];
        await pictures.AddAsync(("red/broken.png", broken));
        Assert.That(
            () => pictures.RowsAsync(),
            Throws.TypeOf<RunFailedException>().With.Message.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(broken))).And.Property("Error").Property("Field").EqualTo("image"));
    }

    [Test]
    public async Task Cancelled_in_between_it_ends()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 40, seed: 1600);
        using var stop = new CancellationTokenSource();
        Assert.That(() => pictures.RowsAsync(progress: progress => stop.CancelAfter(progress.Done > 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan), cancellation: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Figure_of_pictures_a_second()
    {
        using var pictures = await Pictures.PostAsync(Served, each: 128, seed: 2000);
        await pictures.BackboneAsync(null);
        var (cold, warm) = (await TimeAsync(pictures), await TimeAsync(pictures));
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure: embeddings of 64x48 PNGs by mask-detector: {256 / cold:0} images/s, from the cache {256 / warm:0}/s"));
        Assert.That(warm, Is.LessThan(cold));
    }

    private static async Task<double> TimeAsync(Pictures pictures)
    {
        var started = Stopwatch.GetTimestamp();
        await pictures.RowsAsync();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
