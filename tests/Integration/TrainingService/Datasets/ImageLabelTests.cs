using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

public class ImageLabelTests
{
    private DatasetCaller caller = null!;
    private string dataset = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        caller = await DatasetCaller.NewAsync();
        dataset = await caller.CreateAsync("image");
    }

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task A_zip_with_a_folder_for_each_class_becomes_labels_and_stored_images()
    {
        var (a, b, c) = (NewImage(), NewImage(), NewImage());

        var posted = await PostZipAsync(("train/cat/1.png", a), ("train/cat/2.png", b), ("train/dog/1.png", c), ("train/dog/copy.png", c)).ReadAsync();

        Assert.That((posted["added"]!.GetValue<int>(), posted["duplicates"]!.GetValue<int>()), Is.EqualTo((3, 1)));
        Assert.That((await caller.LabelsAsync(dataset)).Select(l => $"{l!["label"]} {l["sha256"]}"), Is.EqualTo(new[] { $"cat {Sha256(a)}", $"cat {Sha256(b)}", $"dog {Sha256(c)}" }));
        Assert.That(await DatasetServices.Storage.Client.GetByteArrayAsync($"/objects/{caller.Subject}/{Sha256(a)}"), Is.EqualTo(a));
        Assert.That(await DatasetServices.Storage.CountAsync($"owner = '{caller.Subject}' AND kind = 'dataset' AND expires_at IS NULL"), Is.EqualTo(3));
    }

    [Test]
    public async Task A_form_has_a_label_for_the_files_behind_it()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("cat"), "label" }, { File(NewImage()), "file", "a.png" }, { File(NewImage()), "file", "b.png" },
            { new StringContent("dog"), "label" }, { File(NewImage()), "file", "../../c.png" },
        };
        await caller.Http.PostAsync($"{dataset}/labels", form).ReadAsync();
        Assert.That((await caller.LabelsAsync(dataset)).Select(l => l!.Text("label")), Is.EqualTo(new[] { "cat", "cat", "dog" }));
    }

    [Test]
    public async Task A_form_with_files_before_any_label_is_refused()
    {
        using var form = new MultipartFormDataContent { { File(NewImage()), "file", "a.png" }, { new StringContent("cat"), "label" } };
        Assert.That((await caller.Http.PostAsync($"{dataset}/labels", form).ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("label"));
    }

    [TestCase("../cat/1.png", TestName = "Zip: a path that climbs")]
    [TestCase("/cat/1.png", TestName = "Zip: a path from the root")]
    [TestCase("cat/../dog/1.png", TestName = "Zip: a path that climbs in between")]
    [TestCase("c:/cat/1.png", TestName = "Zip: a drive")]
    [TestCase("cat\\..\\1.png", TestName = "Zip: backslashes")]
    [TestCase("1.png", TestName = "Zip: no folder")]
    public async Task A_name_that_is_no_class_and_file_is_told(string name)
    {
        var problem = await PostZipAsync(("cat/0.png", NewImage()), (name, NewImage())).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem["badRows"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(problem["rows"]![0]!.Text("name"), Is.EqualTo(name));
        Assert.That(await caller.LabelsAsync(dataset), Is.Empty);
    }

    [Test]
    public async Task What_is_no_image_is_told_by_name_and_nothing_is_stored()
    {
        var problem = await PostZipAsync(("cat/0.png", NewImage()), ("cat/readme.png", "hello"u8.ToArray()), ("dog/empty.png", [])).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem["rows"]!.AsArray().Select(row => row!.Text("name")), Is.EqualTo(new[] { "cat/readme.png", "dog/empty.png" }));
        Assert.That(await DatasetServices.Storage.CountAsync($"owner = '{caller.Subject}'"), Is.Zero);
    }

    [Test]
    public async Task A_zip_bomb_is_refused_before_it_is_unpacked()
    {
        var problem = await PostZipAsync(("cat/0.png", new byte[40_000_000])).ReadAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(problem.Text("detail"), Does.Contain("Datasets:MaxZipRatio"));
        problem = await PostZipAsync([.. Enumerable.Range(0, 501).Select(i => ($"cat/{i}.png", new byte[1]))]).ReadAsync(HttpStatusCode.RequestEntityTooLarge);
        Assert.That(problem.Text("detail"), Does.Contain("Datasets:MaxZipEntries"));
    }

    [TestCase("[]", "application/json")]
    [TestCase("a,label\n1,0\n", "text/csv")]
    public async Task Rows_are_no_images(string body, string type) =>
        await caller.PostAsync(dataset, body, type).ReadAsync(HttpStatusCode.UnsupportedMediaType);

    [Test]
    public async Task An_image_goes_with_its_last_label_unless_a_snapshot_has_it()
    {
        var (kept, gone) = (NewImage(), NewImage());
        await PostZipAsync(("cat/kept.png", kept)).ReadAsync();
        await caller.SnapshotAsync(dataset);
        await PostZipAsync(("cat/gone.png", gone)).ReadAsync();

        await caller.Http.DeleteAsync($"{dataset}/labels?label=cat").ReadAsync();

        await Eventually.IsTrueAsync(async () => !await IsStoredAsync(gone), "the image is removed", () => DatasetServices.Training.Log);
        Assert.That(await IsStoredAsync(kept));
        await caller.Http.DeleteAsync(dataset).StatusAsync();
        await Eventually.IsTrueAsync(async () => !await IsStoredAsync(kept), "the other goes with the data set", () => DatasetServices.Training.Log);
    }

    [Test]
    public async Task The_same_image_in_two_data_sets_stays_until_both_are_gone()
    {
        var (image, other) = (NewImage(), await caller.CreateAsync("image"));
        await PostZipAsync(("cat/1.png", image)).ReadAsync();
        await caller.PostAsync(other, Zip(("cat/1.png", image)), "application/zip").ReadAsync();
        var marker = NewImage();
        await PostZipAsync(("cat/marker.png", marker)).ReadAsync();

        await caller.Http.DeleteAsync(dataset).StatusAsync();
        await Eventually.IsTrueAsync(async () => !await IsStoredAsync(marker), "the sweep came by", () => DatasetServices.Training.Log);

        Assert.That(await IsStoredAsync(image));
    }

    [Test]
    public async Task Images_are_in_the_snapshots_hash()
    {
        var image = NewImage();
        await PostZipAsync(("cat/1.png", image), ("dog/2.png", NewImage())).ReadAsync();
        var snapshot = await caller.SnapshotAsync(dataset);
        var rows = await caller.Http.GetStringAsync($"{dataset}/snapshots/{snapshot.Text("id")}/rows");
        Assert.That(rows.Split('\n')[0], Does.Contain($"\"sha256\":\"{Sha256(image)}\""));
    }

    private static byte[] NewImage() => TestImages.Png();

    private static string Sha256(byte[] image) => Convert.ToHexStringLower(SHA256.HashData(image));

    private static ByteArrayContent File(byte[] image) => new(image) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };

    private Task<HttpResponseMessage> PostZipAsync(params (string Name, byte[] Content)[] entries) => caller.PostAsync(dataset, Zip(entries), "application/zip");

    private async Task<bool> IsStoredAsync(byte[] image) =>
        await DatasetServices.Storage.Client.GetAsync($"/objects/{caller.Subject}/{Sha256(image)}").StatusAsync() == HttpStatusCode.OK;

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }
}
