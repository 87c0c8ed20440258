using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Integration.StorageService;
using NUnit.Framework;

namespace Integration.TrainingService;

public class ImportTests
{
    private StorageApplication storage = null!;
    private PackageFolder packages = null!;
    private string model = null!;

    [OneTimeSetUp]
    public async Task StartStorageAsync() => storage = await StorageApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopStorageAsync() => await storage.DisposeAsync();

    [SetUp]
    public void MakeFolder() => (packages, model) = (new PackageFolder(), PackageFolder.NewModelName());

    [TearDown]
    public void RemoveFolder() => packages.Dispose();

    [Test]
    public async Task A_model_without_a_live_version_gets_its_newest()
    {
        packages.Write(model, "9");
        packages.Write(model, "10");
        packages.Write(model, "2");

        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);

        Assert.That(await training.StatesAsync(model), Is.EqualTo("10 live, 9 candidate, 2 candidate"));
        Assert.That(await training.HistoryAsync(model), Is.EqualTo("model.registered 2, model.registered 9, model.registered 10, model.promoted 10"));
    }

    [Test]
    public async Task InferenceService_is_told_what_to_serve_and_finds_the_file_in_storage()
    {
        var sha256 = packages.Write(model, "1", manifest => manifest["labels"] = new JsonArray("a", "b"));
        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);

        var live = await training.Inference.GetFromJsonAsync<JsonElement>("/internal/registry/live");
        var one = await training.Inference.GetFromJsonAsync<JsonElement>($"/internal/registry/models/{model}/versions/1");
        var file = await storage.Client.GetByteArrayAsync($"/objects/registry/{sha256}");

        var served = live.EnumerateArray().Single();
        Assert.That(served.GetProperty("model").GetString(), Is.EqualTo(model));
        Assert.That(served.GetProperty("version").GetString(), Is.EqualTo("1"));
        Assert.That(served.GetProperty("sha256").GetString(), Is.EqualTo(sha256));
        Assert.That(served.GetProperty("bytes").GetInt64(), Is.EqualTo(file.Length));
        Assert.That(served.GetProperty("manifest").GetProperty("labels").GetArrayLength(), Is.EqualTo(2));
        Assert.That(served.GetProperty("historyHead").GetString(), Has.Length.EqualTo(64));
        Assert.That(served.TryGetProperty("promotedAt", out _), Is.True);
        Assert.That(one.GetRawText(), Is.EqualTo(served.GetRawText()));
        Assert.That(file, Is.EqualTo(File.ReadAllBytes(packages.FileOf(model, "1", "model.onnx"))));
    }

    [Test]
    public async Task Importing_twice_changes_nothing()
    {
        packages.Write(model, "1");
        packages.Write(model, "2");
        var database = TrainingApplication.NewDatabase();
        await using (var first = await TrainingApplication.StartReadyAsync(packages, storage, database))
        {
            using var promoted = await first.PromoteAsync(model, "1");
        }

        await using var second = await TrainingApplication.StartReadyAsync(packages, storage, database);

        Assert.That(await second.StatesAsync(model), Is.EqualTo("2 archived, 1 live"), "what was promoted by hand stays");
        Assert.That(await second.HistoryAsync(model), Is.EqualTo("model.registered 1, model.registered 2, model.promoted 2, model.promoted 1"));
    }

    [Test]
    public async Task A_newer_version_that_appears_later_is_a_candidate()
    {
        packages.Write(model, "1");
        var database = TrainingApplication.NewDatabase();
        await using (await TrainingApplication.StartReadyAsync(packages, storage, database))
            packages.Write(model, "2");

        await using var second = await TrainingApplication.StartReadyAsync(packages, storage, database);

        Assert.That(await second.StatesAsync(model), Is.EqualTo("2 candidate, 1 live"));
    }

    [Test]
    public async Task Replicas_that_start_together_import_once()
    {
        packages.Write(model, "1");
        packages.Write(model, "2");
        var database = TrainingApplication.NewDatabase();

        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TrainingApplication.StartReadyAsync(packages, storage, database)));
        try
        {
            Assert.That(await replicas[0].HistoryAsync(model), Is.EqualTo("model.registered 1, model.registered 2, model.promoted 2"));
            Assert.That((await replicas[1].VerificationAsync(model)).GetProperty("holds").GetBoolean(), Is.True);
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }
    }

    [Test]
    public async Task Broken_packages_are_skipped_with_their_reason_and_the_others_served()
    {
        packages.Write(model, "1");
        packages.Write(model, "2", manifest => manifest["sha256"] = new string('0', 64));
        packages.Write(model, "3", manifest => manifest["name"] = "other");
        packages.Write(model, "4", manifest => manifest["version"] = "5");
        packages.Write(model, "6", manifest => manifest["task"] = "guessing");
        packages.Write(model, "7", manifest => manifest.Remove("sha256"));
        packages.Write(model, "8");
        packages.WriteFile(model, "8", "model.json", "{ not json");
        packages.Write(model, "9");
        File.Delete(packages.FileOf(model, "9", "model.onnx"));
        packages.WriteFile(model, "10", "readme.txt", "no package at all");
        packages.Write(model, "11", manifest => manifest["task"] = "tensor");

        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);

        Assert.That(await training.StatesAsync(model), Is.EqualTo("1 live"));
        foreach (var reason in new[]
        {
            "promises the SHA-256 0000", "says name 'other'", "says version '5'", "'task' must be one of", "'sha256' must be there",
            "model.json is not JSON", "There is no model.onnx", "There is no model.json", "can't be for tensor",
        })
        {
            Assert.That(training.Log, Does.Contain(reason));
        }
    }

    [TestCase("""  "note": "a\u0000b"  """)]
    [TestCase("""  "note": "\ud800"  """)]
    [TestCase("""  "\ud800": 1  """)]
    [TestCase("""  "note": 1e-20000  """)]
    [TestCase("""  "note": 1e999999999  """)]
    [TestCase("""  "metrics": {"accuracy": 1e-20000}  """)]
    [TestCase("""  "task": "\ud800"  """)]
    [TestCase("""  "a": 1, "a": {"b": "\udc00"}  """)]
    public async Task A_package_that_can_not_be_stored_is_skipped_and_the_others_served(string member)
    {
        packages.Write(model, "1");
        packages.Write(model, "2");
        var manifest = File.ReadAllText(packages.FileOf(model, "2", "model.json"));
        packages.WriteFile(model, "2", "model.json", $"{manifest[..^1]}, {member} }}");
        var later = $"{model}-later";
        packages.Write(later, "1");

        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);

        Assert.That(await training.StatesAsync(model), Is.EqualTo("1 live"), training.Log);
        Assert.That(await training.StatesAsync(later), Is.EqualTo("1 live"));
        Assert.That(training.Log, Does.Contain($"Skipped {packages.FileOf(model, "2", "")}".TrimEnd('/')).Or.Contain("Skipped the model package"));
    }

    [Test]
    public async Task A_registered_version_never_changes()
    {
        var sha256 = packages.Write(model, "1");
        var database = TrainingApplication.NewDatabase();
        await using (await TrainingApplication.StartReadyAsync(packages, storage, database))
            packages.Write(model, "1");

        await using var second = await TrainingApplication.StartReadyAsync(packages, storage, database);
        var version = (await second.GetAsync($"/v1/registry/models/{model}")).GetProperty("versions")[0];

        Assert.That(version.GetProperty("sha256").GetString(), Is.EqualTo(sha256));
        Assert.That(second.Log, Does.Contain("A version never changes"));
    }

    [Test]
    public async Task It_is_not_ready_before_storage_took_the_files()
    {
        packages.Write(model, "1");
        var database = TrainingApplication.NewDatabase();
        await using (var alone = await TrainingApplication.StartNewAsync(database, packages, storageAddress: "http://127.0.0.1:1"))
        {
            await Eventually.IsTrueAsync(() => Task.FromResult(alone.Log.Contains("The import waits")), "it says that it waits", () => alone.Log);
            Assert.That(await alone.IsReadyAsync(), Is.False);
        }

        await using var training = await TrainingApplication.StartReadyAsync(packages, storage, database);

        Assert.That(await training.StatesAsync(model), Is.EqualTo("1 live"));
    }

    [Test]
    public async Task A_folder_that_is_not_there_is_no_reason_not_to_start()
    {
        using var gone = new PackageFolder();
        Directory.Delete(gone.Path);
        await using var training = await TrainingApplication.StartReadyAsync(gone, storage);
        Assert.That((await training.GetAsync("/v1/registry/models")).GetArrayLength(), Is.Zero);
        Directory.CreateDirectory(gone.Path);
    }
}
