using System.Diagnostics;
using System.Globalization;
using System.Net;
using Integration.InferenceService;
using Integration.TrainingService.Datasets;
using Integration.TrainingService.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using NUnit.Framework;
using ServiceDefaults.Erasure;
using TrainingService;
using TrainingService.Embeddings;
using TrainingService.Runs;
using TrainingService.Serving;

namespace Integration.TrainingService.Embeddings;

/// <summary>Pictures to rows of numbers, by a backbone that a real InferenceService runs.</summary>
[TestFixture]
public sealed class ImageFeaturesTests
{
    private const string Default = "mask-detector", Embedding = "mask-detector-embedding";
    private readonly string plain = PackageFolder.NewModelName(), rows = PackageFolder.NewModelName(), trees = PackageFolder.NewModelName(), own = PackageFolder.NewModelName(), forged = PackageFolder.NewModelName();
    private ServedModels suite = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => suite = await ServedModels.StartNewAsync(
        packages =>
        {
            packages.WriteMaskDetector(Default, "1");
            packages.WriteMaskDetector(plain, "1", manifest => manifest["output"]!.AsObject().Remove("features"));
            packages.WriteMaskDetector(own, "1");
            packages.WriteMaskDetector(forged, "1");
            packages.WriteScorer(rows, "1");
            packages.WriteScorer(trees, "1", manifest =>
            {
                manifest["task"] = "image-classification"; // which is not true: nothing in it takes a picture
                manifest["input"] = new System.Text.Json.Nodes.JsonObject { ["kind"] = "image", ["width"] = 32, ["height"] = 32 };
            });
        },
        new Dictionary<string, string> { ["Datasets:ImageSweepEvery"] = "00:00:00.2", ["Datasets:ImageGrace"] = "00:00:01", ["Learning:MaxCachedEmbeddings"] = "2000" });

    [OneTimeTearDown]
    public async Task StopAsync() => await suite.DisposeAsync();

    [Test]
    public async Task More_pictures_than_the_memory_allows_are_refused_before_any_is_embedded()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 20, seed: 900);
        var snapshot = (await pictures.Owner.SnapshotAsync(pictures.Path)).Text("id");
        await suite.Training.TamperAsync($"UPDATE dataset_snapshots SET rows = 400000 WHERE id = '{snapshot}'"); // 0.6 GB of embeddings, and nine times that with changed copies

        var problem = await pictures.Owner.Http.PostAsync($"{pictures.Path}/runs", DatasetCaller.Json("""{"learner": "image-head", "augment": 8}""")).ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That((problem.Field(), problem.Text("code")), Is.EqualTo(("rows", "out-of-memory")));
        Assert.That(problem.Text("detail"), Does.Contain("3600000 rows × 192 columns").And.Contain("Runs:MemoryLimitBytes"));
        Assert.That(await pictures.CountCachedAsync(), Is.Zero);
    }

    [Test]
    public async Task Each_picture_becomes_a_row_and_the_second_run_infers_none_again()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 20);
        var told = new List<RunProgress>();

        var before = await suite.CountRunsAsync(Embedding);
        var first = await pictures.RowsAsync(progress: told.Add);
        var inferred = await suite.CountRunsAsync(Embedding) - before;
        var second = await pictures.RowsAsync();

        Assert.That((first.Count, inferred), Is.EqualTo((40, 40L)));
        Assert.That(first.Select(row => row.Cells.Length), Is.All.EqualTo(192));
        Assert.That(first.CountBy(row => row.Label), Is.EquivalentTo(new Dictionary<int, int> { [0] = 20, [1] = 20 }));
        Assert.That(await suite.CountRunsAsync(Embedding), Is.EqualTo(before + inferred), "nothing was inferred again");
        Assert.That(second.Select(row => (row.Content, row.Cells)), Is.EqualTo(first.Select(row => (row.Content, row.Cells))));
        Assert.That(told[^1], Is.EqualTo(new RunProgress("embedding", 40, 40, null, null, told[^1].Time)));
        Assert.That(await pictures.CountCachedAsync(), Is.EqualTo(40));
    }

    [Test]
    public async Task New_pictures_are_the_only_ones_that_a_later_run_infers()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 3, seed: 100);
        var before = await pictures.RowsAsync();
        var runs = await suite.CountRunsAsync(Embedding);
        await pictures.AddAsync(("red/new.png", Pictures.Red(1000)));
        Assert.That(await pictures.RowsAsync(), Has.Count.EqualTo(before.Count + 1));
        Assert.That(await suite.CountRunsAsync(Embedding), Is.EqualTo(runs + 1));
    }

    [Test]
    public async Task A_row_is_what_the_backbone_makes_of_the_picture()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 1, seed: 200);
        var backbone = await pictures.BackboneAsync(Default);
        var tensors = suite.Training.Services.GetRequiredService<ImageTensors>();
        var red = await tensors.ReadAsync(pictures.Owner.Subject, System.Security.Cryptography.SHA256.HashData(Pictures.Red(200)), backbone.Manifest, CancellationToken.None);
        var served = await suite.Training.Services.GetRequiredService<InferenceClient>()
            .InferAsync(Embedding, "1", "features", red, 1, tensors.ShapeOf(backbone.Manifest), CancellationToken.None);
        Assert.That((await pictures.RowsAsync()).Single(row => row.Label == 0).Cells, Is.EqualTo(served).Within(1e-5));
    }

    [Test]
    public async Task Copies_stand_behind_their_picture_with_its_content_and_none_of_what_is_judged_by()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 5, seed: 300);
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
        using var pictures = await Pictures.PostAsync(suite, each: 2, seed: 400);
        var first = await pictures.RowsAsync(copies: 1, seed: 5);
        var runs = await suite.CountRunsAsync(Embedding);
        Assert.That((await pictures.RowsAsync(copies: 1, seed: 5)).Select(row => row.Cells), Is.EqualTo(first.Select(row => row.Cells)));
        Assert.That(await suite.CountRunsAsync(Embedding), Is.EqualTo(runs));
        await pictures.RowsAsync(copies: 1, seed: 6);
        Assert.That(await suite.CountRunsAsync(Embedding), Is.EqualTo(runs + 4));
    }

    [Test]
    public async Task A_model_that_gives_no_features_is_cut_where_its_classifier_begins()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 2, seed: 500);
        var backbone = await pictures.BackboneAsync(plain);
        Assert.That((backbone.Model, backbone.Width), Is.EqualTo((plain, 192)));
        // The same network as the default one, whose author names the same place.
        Assert.That((await pictures.RowsAsync(plain)).SelectMany(row => row.Cells), Is.EqualTo((await pictures.RowsAsync()).SelectMany(row => row.Cells)).Within(1e-5));
        Assert.That(await suite.CountRunsAsync($"{plain}-embedding"), Is.EqualTo(4));
    }

    [Test]
    public async Task What_is_run_for_training_is_no_model_for_callers()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 1, seed: 600);
        await pictures.RowsAsync();
        var models = await suite.Inference.Caller.GetStringAsync("/v1/models");
        Assert.That(models, Does.Contain($"\"{Default}\"").And.Not.Contain(Embedding));
        Assert.That(await suite.Training.StatesAsync(Embedding), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task An_unknown_backbone_is_answered_with_those_there_are()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 1, seed: 700);
        foreach (var name in new[] { "resnet-9000", rows, Embedding })
            Assert.That(() => pictures.BackboneAsync(name), Refused("unknown-backbone").With.Message.Contains(Default).And.Message.Contains(plain).And.Message.Not.Contains($", {rows}"), name);
    }

    [Test]
    public async Task A_model_with_nothing_to_cut_off_can_not_be_learned_upon()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 1, seed: 800);
        Assert.That(() => pictures.BackboneAsync(trees), Refused("unsuitable-backbone").With.Message.Contains(trees));
    }

    [Test]
    public async Task Numbers_of_a_network_that_the_service_did_not_make_itself_are_never_learned_from()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 1, seed: 850);
        await pictures.BackboneAsync(forged); // in every word the embedding of this backbone
        await suite.Training.TamperAsync($"UPDATE versions SET origin = 'uploaded' WHERE model = '{forged}-embedding'");
        Assert.That(() => pictures.BackboneAsync(forged), Refused("unsuitable-backbone").With.Message.Contains($"another model called '{forged}-embedding'"));
    }

    [Test]
    public async Task A_model_that_belongs_to_somebody_is_not_offered()
    {
        await suite.Training.TamperAsync($"UPDATE models SET owner = 'somebody' WHERE name = '{own}'");
        using var pictures = await Pictures.PostAsync(suite, each: 1, seed: 900);
        Assert.That(() => pictures.BackboneAsync(own), Refused("unknown-backbone").With.Message.Not.Contains($"{own},"));
    }

    [Test]
    public async Task A_picture_that_breaks_off_fails_the_run_and_is_named()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 2, seed: 1100);
        var broken = Pictures.Red(1200)[..^2000];
        await pictures.AddAsync(("red/broken.png", broken));
        Assert.That(
            () => pictures.RowsAsync(),
            Throws.TypeOf<RunFailedException>().With.Message.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(broken))).And.Property("Error").Property("Field").EqualTo("image"));
    }

    [Test]
    public async Task Embeddings_go_with_the_last_row_that_has_their_picture()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 3, seed: 1300);
        await pictures.RowsAsync();
        await pictures.Owner.Http.DeleteAsync(pictures.Path).StatusAsync();
        await Eventually.SeeAsync("the embeddings are gone", pictures.CountCachedAsync, left => left == 0, log: () => suite.Training.Log);
    }

    [Test]
    public async Task Embeddings_go_with_their_owner()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 3, seed: 1400);
        await pictures.RowsAsync();
        await using var scope = suite.Training.Services.CreateAsyncScope();
        Assert.That(scope.ServiceProvider.GetServices<IPersonalData>().Select(data => data.Name), Does.Contain("image-embeddings"));
        var kept = new EmbeddingsOfSubject(scope.ServiceProvider.GetRequiredService<TrainingDb>());
        Assert.That(await kept.EraseAsync(pictures.Owner.Subject, CancellationToken.None), Is.EqualTo(6));
        Assert.That(await pictures.CountCachedAsync(), Is.Zero);
    }

    [Test]
    public async Task Those_used_longest_ago_make_way_when_there_are_too_many()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 4, seed: 1500);
        await pictures.RowsAsync();
        await suite.Training.TamperAsync($"UPDATE image_embeddings SET used_at = now() + interval '1 day' WHERE (owner, image) IN (SELECT owner, image FROM image_embeddings WHERE owner = '{pictures.Owner.Subject}' LIMIT 5)");
        var cache = new EmbeddingCache(
            suite.Training.Services.GetRequiredService<NpgsqlDataSource>(), Options.Create(new EmbeddingOptions { MaxCachedEmbeddings = 5 }), TimeProvider.System);
        await Eventually.SeeAsync("five are left", async () =>
        {
            await cache.TrimAsync(CancellationToken.None); // unless the sweep is about it
            return await pictures.CountCachedAsync();
        }, left => left == 5, log: () => suite.Training.Log);
    }

    [Test]
    public async Task What_runs_that_did_not_finish_have_left_makes_way_by_itself()
    {
        var nobody = Guid.CreateVersion7().ToString();
        await suite.Training.TamperAsync($"""
            INSERT INTO image_embeddings SELECT '{nobody}', sha256(i::text::bytea), 'x'::bytea, 0, 'x'::bytea, now() - interval '40 days' FROM generate_series(1, 3000) i
            """);
        await Eventually.SeeAsync("the bound holds", () => CountOfAsync(nobody), left => left is > 0 and <= 2000, log: () => suite.Training.Log);
    }

    [Test]
    public async Task Cancelled_in_between_it_ends()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 40, seed: 1600);
        using var stop = new CancellationTokenSource();
        Assert.That(() => pictures.RowsAsync(progress: progress => stop.CancelAfter(progress.Done > 0 ? TimeSpan.Zero : Timeout.InfiniteTimeSpan), cancellation: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Figure_of_pictures_a_second()
    {
        using var pictures = await Pictures.PostAsync(suite, each: 128, seed: 2000);
        await pictures.BackboneAsync(null);
        var (cold, warm) = (await TimeAsync(pictures), await TimeAsync(pictures));
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure: embeddings of 64x48 PNGs by mask-detector: {256 / cold:0} images/s, from the cache {256 / warm:0}/s"));
        Assert.That(warm, Is.LessThan(cold));
    }

    private async Task<long> CountOfAsync(string owner)
    {
        await using var command = suite.Training.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"SELECT count(*) FROM image_embeddings WHERE owner = '{owner}'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<double> TimeAsync(Pictures pictures)
    {
        var started = Stopwatch.GetTimestamp();
        await pictures.RowsAsync();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static NUnit.Framework.Constraints.ConstraintExpression Refused(string code) =>
        Throws.TypeOf<RunFailedException>().With.Property("Error").Property("Field").EqualTo("backbone").And.Property("Error").Property("Code").EqualTo(code).And;
}
