using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Integration.StorageService;
using Integration.TrainingService.Evaluations;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TrainingService.Registry;

namespace Integration.TrainingService.Registry;

/// <summary>Versions that somebody sends: taken as candidates if they are in order, refused by name if not.</summary>
public class UploadTests
{
    private static readonly byte[] Good = TinyModels.File(4, 0);
    private PackageFolder packages = null!;
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;
    private HttpClient caller = null!;
    private string model = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        storage = await StorageApplication.StartNewAsync();
        training = await TrainingApplication.StartReadyAsync(packages, storage, settings: new Dictionary<string, string> { ["Registry:MaxInputBytes"] = "1000000" });
        caller = await training.ClientInRoleAsync("an-analyst", "analyst", "train");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        caller.Dispose();
        await training.DisposeAsync();
        await storage.DisposeAsync();
        packages.Dispose();
    }

    [SetUp]
    public void Name() => model = PackageFolder.NewModelName();

    [Test]
    public async Task A_zip_becomes_a_candidate_which_has_to_prove_itself()
    {
        using var zip = Zip(Manifest(), Good, folder: "pack/1/");
        using var created = await PostAsync(zip);
        var answer = await created.ReadAsync(HttpStatusCode.Created);
        var promoted = await training.PromoteAsync(model, "1").ReadAsync(HttpStatusCode.Conflict);

        Assert.That(created.Headers.Location!.ToString(), Is.EqualTo($"/v1/registry/models/{model}"));
        Assert.That((answer.Text("state"), answer.Text("origin"), answer.Text("sha256")), Is.EqualTo(("candidate", "uploaded", Sha256(Good))));
        Assert.That(await training.HistoryAsync(model), Is.EqualTo("model.registered 1"));
        Assert.That(await storage.Client.GetByteArrayAsync($"/objects/registry/{Sha256(Good)}"), Is.EqualTo(Good));
        Assert.That(promoted.Text("code"), Is.EqualTo("not-evaluated"));
    }

    [Test]
    public async Task A_form_does_as_well_and_sent_again_changes_nothing()
    {
        using var first = await PostAsync(Form(Manifest(), Good));
        using var again = await PostAsync(Form(Manifest(), Good));
        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.Created), await first.Content.ReadAsStringAsync());
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK), await again.Content.ReadAsStringAsync());
        Assert.That(await training.HistoryAsync(model), Is.EqualTo("model.registered 1"));
    }

    [Test]
    public async Task Other_content_under_a_known_version_is_409()
    {
        using var first = await PostAsync(Form(Manifest(), Good));
        var problem = await PostAsync(Form(Manifest(), TinyModels.File(3, 0))).ReadAsync(HttpStatusCode.Conflict);
        Assert.That(problem.Text("code"), Is.EqualTo("version-immutable"));
    }

    [Test]
    public async Task What_is_refused_leaves_no_file_behind()
    {
        using var first = await PostAsync(Form(Manifest(), Good));
        var other = TinyModels.File(3.5f, 0.5f);
        await PostAsync(Form(Manifest(), other)).ReadAsync(HttpStatusCode.Conflict);
        Assert.That(await storage.Client.GetAsync($"/objects/registry/{Sha256(other)}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_file_that_no_version_came_for_is_removed_after_an_hour_and_that_of_a_version_stays()
    {
        var stray = TinyModels.File(4.5f, 0.5f);
        using var kept = await PostAsync(Form(Manifest(), Good));
        using var registered = await PostAsync(Form(Manifest("version", "2"), stray));
        await training.TamperAsync($"DELETE FROM versions WHERE model = '{model}' AND version = '2'");
        var retired = training.Services.GetRequiredService<RetiredFiles>();
        await retired.RemoveAsync(CancellationToken.None);
        Assert.That(await storage.Client.GetAsync($"/objects/registry/{Sha256(stray)}").StatusAsync(), Is.EqualTo(HttpStatusCode.OK), "its version may be on its way");

        await training.TamperAsync("UPDATE registry_files SET stored_at = now() - interval '61 minutes'");
        await retired.RemoveAsync(CancellationToken.None);

        Assert.That(await storage.Client.GetAsync($"/objects/registry/{Sha256(stray)}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await storage.Client.GetAsync($"/objects/registry/{Sha256(Good)}").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public Task A_file_that_is_not_the_one_promised_is_422() => AssertUnusableAsync(Manifest("sha256", new string('0', 64)), Good, "sha256", "promises");

    [Test]
    public Task A_file_that_is_no_ONNX_is_422() => AssertUnusableAsync(Manifest(), RandomNumberGenerator.GetBytes(5000), "model.onnx", "");

    [Test]
    public Task A_model_that_reaches_for_other_files_is_422() => AssertUnusableAsync(Manifest(), HostileModels.Outside("/etc/passwd"), "model.onnx", "");

    [Test]
    public Task A_model_with_operators_of_its_own_is_422() => AssertUnusableAsync(Manifest(), HostileModels.OfDomain("evil"), "model.onnx", "evil");

    [Test]
    public Task A_model_of_graphs_within_graphs_is_422() => AssertUnusableAsync(Manifest(), HostileModels.Nested(1000), "model.onnx", "");

    [Test]
    public Task A_task_that_does_not_exist_is_422() => AssertUnusableAsync(Manifest("task", "guessing"), Good, "task", "must be one of");

    [Test]
    public Task Another_name_than_the_address_says_is_422() => AssertUnusableAsync(Manifest("name", "other"), Good, "name", "other");

    [Test]
    public Task A_version_without_a_number_is_422() => AssertUnusableAsync(Manifest("version", null), Good, "version", "");

    [Test]
    public Task Whose_it_is_nobody_says_themselves() => AssertUnusableAsync(Manifest("owner", "me"), Good, "owner", "");

    [Test]
    public Task What_is_the_embedding_of_a_model_nobody_says_themselves() => AssertUnusableAsync(Manifest("embedding", "mask-detector"), Good, "embedding", "the suite says");

    [Test]
    public async Task A_name_under_which_the_suite_serves_what_images_are_learned_from_is_422()
    {
        model = "mask-detector-embedding";
        await AssertUnusableAsync(Manifest(), Good, "name", "the suite's");
        Assert.That(await training.Admin.GetAsync($"/v1/registry/models/{model}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public Task A_package_without_a_model_is_422() => AssertUnusableAsync(Manifest(), null, "model.onnx", "has no");

    [Test]
    public Task A_package_without_a_description_is_422() => AssertUnusableAsync(null, Good, "model.json", "has no");

    [Test]
    public async Task Another_task_than_the_model_has_is_422()
    {
        using var first = await PostAsync(Form(Manifest(), Good));
        await AssertUnusableAsync(Manifest("task", "tensor", version: "2"), Good, "task", "tabular-classification");
    }

    [TestCase(" not json ")]
    [TestCase("[]")]
    [TestCase("""{"version": "1", "version": "2"}""")]
    [TestCase("""{"version": "1", "task": "tensor", "note": "a\u0000b"}""")]
    [TestCase("""{"version": "1", "task": "tensor", "note": "\ud800"}""")]
    [TestCase("""{"version": "1", "task": "tensor", "\udc00": 1}""")]
    [TestCase("""{"version": "1", "task": "tensor", "note": 1e999}""")]
    [TestCase("""{"version": "1", "task": "tensor", "metrics": [1e-20000]}""")]
    public async Task A_description_that_can_not_be_kept_is_422(string json)
    {
        var problem = await PostAsync(Form(json, Good)).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Field(), Is.EqualTo("model.json"));
    }

    [Test]
    public async Task A_package_that_is_too_large_is_413_also_when_it_only_unpacks_to_that()
    {
        using var large = Zip(Manifest(), RandomNumberGenerator.GetBytes(1_100_000));
        using var bomb = Zip(Manifest(), new byte[5_000_000]);
        Assert.That(bomb.Length, Is.LessThan(100_000));
        foreach (var zip in new[] { large, bomb })
            Assert.That((await PostAsync(zip).ReadAsync(HttpStatusCode.RequestEntityTooLarge)).Text("detail"), Does.Contain("Registry:MaxInputBytes"));
    }

    [Test]
    public async Task A_zip_that_is_cut_off_is_refused_and_nothing_is_left()
    {
        using var zip = Zip(Manifest(), Good);
        using var cut = new MemoryStream(zip.ToArray()[..^30]);
        Assert.That(await PostAsync(cut).StatusAsync(), Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await training.Admin.GetAsync($"/v1/registry/models/{model}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Anything_else_than_a_package_is_415_and_without_the_scope_403()
    {
        using var image = new ByteArrayContent([1]) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        using var reader = await training.ClientWithScopeAsync("predict");
        Assert.That(await caller.PostAsync($"/v1/registry/models/{model}/versions", image).StatusAsync(), Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        Assert.That(await reader.PostAsync($"/v1/registry/models/{model}/versions", Form(Manifest(), Good)).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private async Task AssertUnusableAsync(string? manifest, byte[]? file, string field, string reason)
    {
        using var form = Form(manifest, file);
        var problem = await PostAsync(form).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Field(), Is.EqualTo(field), $"{problem}");
        Assert.That(problem.Text("detail"), Does.Contain(reason));
    }

    private static string Manifest(string member = "version", string? value = "1", string version = "1")
    {
        var manifest = TinyModels.Manifest();
        manifest["version"] = version;
        if (value is null)
            manifest.Remove(member);
        else
            manifest[member] = value;
        return manifest.ToJsonString();
    }

    private static MultipartFormDataContent Form(string? manifest, byte[]? file)
    {
        var form = new MultipartFormDataContent { { new StringContent("Nobody reads me."), "readme", "readme.txt" } };
        if (manifest is not null)
            form.Add(new StringContent(manifest), "model.json", "model.json");
        if (file is not null)
            form.Add(new ByteArrayContent(file), "model.onnx", "model.onnx");
        return form;
    }

    private static MemoryStream Zip(string manifest, byte[] file, string folder = "")
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in new[] { ("model.json", System.Text.Encoding.UTF8.GetBytes(manifest)), ("model.onnx", file) })
            {
                using var entry = zip.CreateEntry(folder + name).Open();
                entry.Write(content);
            }
        }
        stream.Position = 0;
        return stream;
    }

    private Task<HttpResponseMessage> PostAsync(HttpContent content) => caller.PostAsync($"/v1/registry/models/{model}/versions", content);

    private Task<HttpResponseMessage> PostAsync(Stream zip) =>
        PostAsync(new StreamContent(zip) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } });

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
