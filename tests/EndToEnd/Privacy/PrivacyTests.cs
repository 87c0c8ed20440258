using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Privacy;

/// <summary>Promise 6, through the gateway: a copy of everything on request, and nothing of it anywhere after one call.</summary>
[TestFixture]
public sealed class PrivacyTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private static readonly string[] Databases = ["auth", "inference", "storage", "feedback", "training"];

    private static Suite Suite => SuiteFixture.Suite;

    [Test]
    public async Task Erase_means_erase()
    {
        using var ada = await Resident.MoveInAsync();
        using var bob = await Resident.MoveInAsync();

        await ExportIsCompleteAsync(ada);
        var (location, token) = await EraseAsync(ada);
        var done = await WaitAsync(location, token);

        var receipt = await Receipt.VerifyAsync(done.GetProperty("receipt").GetString()!);
        var removed = receipt.GetProperty("removed");
        Assert.That(removed.GetProperty("inference").GetProperty("predictions").GetInt64(), Is.EqualTo(Resident.Images + Resident.Rows), receipt.ToString());
        Assert.That(removed.GetProperty("inference").GetProperty("tasks").GetInt64(), Is.EqualTo(1));
        Assert.That(removed.GetProperty("inference").GetProperty("task-results").GetInt64(), Is.EqualTo(Resident.Rows));
        Assert.That(Files(removed), Is.GreaterThanOrEqualTo(Resident.Images + 1), "the images and the task's input");
        Assert.That(removed.GetProperty("feedback").GetProperty("feedback").GetInt64(), Is.EqualTo(1));
        Assert.That(removed.GetProperty("auth").GetProperty("accounts").GetInt64(), Is.EqualTo(1));

        await NothingIsLeftOfAsync(ada);
        using var stranger = Caller.Guest();
        Assert.That((await stranger.Http.SendAsync(new(HttpMethod.Get, location))).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "the receipt is for its token");
        Assert.That((await ada.Caller.Http.GetAsync($"/v1/predictions/{ada.Item}")).StatusCode, Is.AnyOf(HttpStatusCode.NotFound, HttpStatusCode.Unauthorized));
        Assert.That((await ada.Caller.Http.GetAsync("/v1/auth/me")).StatusCode, Is.AnyOf(HttpStatusCode.NotFound, HttpStatusCode.Unauthorized));
        using var late = await ada.Caller.PostImageAsync(TestImages.Png());
        Assert.That(late.StatusCode, Is.AnyOf(HttpStatusCode.Gone, HttpStatusCode.Unauthorized), "a token that outlives its user makes nothing new");
        await NothingIsLeftOfAsync(ada);

        Assert.That((await bob.Caller.Http.GetAsync($"/v1/predictions/{bob.Item}/image")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await bob.Caller.Http.GetAsync($"/v1/predictions/{bob.Item}/feedback")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Whatever_is_killed_meanwhile_the_erasure_completes()
    {
        using var ada = await Resident.MoveInAsync();
        var (location, token) = await EraseAsync(ada);

        var killed = ((string[])["inference-0", "storage", "feedback", "auth"]).Select(Suite.Kill).ToArray();
        foreach (var service in killed)
            await Suite.WaitForRestartAsync(service);

        var done = await WaitAsync(location, token);
        var receipt = await Receipt.VerifyAsync(done.GetProperty("receipt").GetString()!);
        Assert.That(receipt.GetProperty("removed").GetProperty("inference").GetProperty("predictions").GetInt64(), Is.EqualTo(Resident.Images + Resident.Rows), receipt.ToString());
        Assert.That(Files(receipt.GetProperty("removed")), Is.GreaterThanOrEqualTo(Resident.Images + 1));
        await NothingIsLeftOfAsync(ada);
    }

    [Test]
    public async Task A_task_that_runs_is_stopped_and_leaves_nothing()
    {
        using var ada = await Resident.MoveInAsync();
        var task = await ada.SendTaskAsync(rows: 30_000);
        await Eventually.SeeAsync("it runs", async () => await (await ada.Caller.Http.GetAsync($"/v1/tasks/{task}")).ReadJsonAsync(),
            seen => seen.GetProperty("progress").GetProperty("done").GetInt32() > 0, Deadline);

        var (location, token) = await EraseAsync(ada);
        await WaitAsync(location, token);

        await NothingIsLeftOfAsync(ada);
        await Eventually.SeeAsync("no copy of the input lies around", () => Task.FromResult(FilesNamed(task.ToString("N"))), files => files.Length == 0, Deadline);
    }

    [Test]
    public async Task An_analysts_data_sets_are_in_the_copy_and_go_with_them()
    {
        using var ada = await Resident.MoveInAsync();
        using var admin = await Caller.AdminAsync();
        using var promoted = await admin.Http.PatchAsJsonAsync($"/v1/admin/users/{ada.Id}", new { role = "analyst" });
        Assert.That(promoted.StatusCode, Is.EqualTo(HttpStatusCode.OK), await promoted.Content.ReadAsStringAsync());
        using var analyst = await Caller.LoginAsync(ada.Email, Resident.Password);
        var dataset = (await (await analyst.Http.PostAsJsonAsync("/v1/datasets", new { name = "mine", kind = "tabular" })).ReadJsonAsync()).Id();
        using var labels = await analyst.PostJsonAsync($"/v1/datasets/{dataset}/labels", """[{"age": 31, "label": "yes"}, {"age": 8, "label": "no"}]""");
        Assert.That((await labels.ReadJsonAsync()).GetProperty("added").GetInt32(), Is.EqualTo(2));

        using (var answer = await analyst.Http.GetAsync("/v1/auth/me/export"))
        using (var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync()))
        using (var rows = new StreamReader(await zip.GetEntry($"training/labels/{dataset}.ndjson")!.OpenAsync()))
            Assert.That(await rows.ReadToEndAsync(), Does.Contain("\"age\":31").And.Contain("\"no\""));

        var (location, token) = await EraseAsync(analyst);
        var receipt = await Receipt.VerifyAsync((await WaitAsync(location, token)).GetProperty("receipt").GetString()!);
        Assert.That(receipt.GetProperty("removed").GetProperty("training").GetProperty("labels-and-datasets").GetInt64(), Is.EqualTo(3), "two rows and their data set");
        await NothingIsLeftOfAsync(ada);
    }

    private static Task<(string Location, string Token)> EraseAsync(Resident resident) => EraseAsync(resident.Caller);

    private static async Task<(string Location, string Token)> EraseAsync(Caller caller)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/auth/me") { Content = JsonContent.Create(new { password = Resident.Password }) };
        using var answer = await caller.Http.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return (answer.Headers.Location!.ToString(), (await answer.ReadJsonAsync()).GetProperty("token").GetString()!);
    }

    private static Task<JsonElement> WaitAsync(string location, string token) => Eventually.SeeAsync(
        "the erasure is done",
        async () =>
        {
            using var anybody = Caller.Guest();
            using var request = new HttpRequestMessage(HttpMethod.Get, location) { Headers = { { "X-Erasure-Token", token } } };
            using var answer = await anybody.Http.SendAsync(request);
            return answer.IsSuccessStatusCode ? await answer.ReadJsonAsync() : throw new HttpRequestException($"{answer.StatusCode}");
        },
        seen => seen.GetProperty("status").GetString() == "done",
        Deadline,
        () => Suite.Log("auth"));

    private static async Task ExportIsCompleteAsync(Resident resident)
    {
        using var answer = await resident.Caller.Http.GetAsync("/v1/auth/me/export");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        Assert.That(zip.Entries.Select(entry => entry.FullName), Is.SupersetOf((string[])
        [
            "index.json", "auth/profile.ndjson", "auth/keys.ndjson", "auth/sessions.ndjson", "auth/consents.ndjson", "inference/predictions.ndjson",
            "inference/tasks.ndjson", "inference/task-results.ndjson", "feedback/observations.ndjson", "feedback/feedback.ndjson", "storage/objects.ndjson",
            .. resident.ImageHashes.Select(hash => $"storage/images/{hash}"),
        ]));
        Assert.That(zip.GetEntry("errors.json"), Is.Null);
        foreach (var hash in resident.ImageHashes)
        {
            await using var image = await zip.GetEntry($"storage/images/{hash}")!.OpenAsync();
            Assert.That(Convert.ToHexStringLower(await SHA256.HashDataAsync(image)), Is.EqualTo(hash));
        }
    }

    /// <summary>In no row of any database, whatever its columns, and in no file or folder of the store.</summary>
    private static async Task NothingIsLeftOfAsync(Resident resident)
    {
        foreach (var database in Databases)
        {
            foreach (var trace in (string[])[resident.Id, resident.Email, .. resident.ImageHashes])
            {
                var found = await DatabaseSearch.FindAsync(Suite.ConnectionString(database), trace);
                // The audit's chain can't be altered: the random id in it leads to nobody any more. See docs/privacy.md.
                Assert.That(found.Where(row => !row.StartsWith("history:", StringComparison.Ordinal)), Is.Empty, $"{trace} in {database}");
            }
        }
        var objects = Path.Combine(Suite.Home, "objects");
        Assert.That(Directory.GetFileSystemEntries(objects, "*", SearchOption.AllDirectories), Has.None.Contains(resident.Id));
        foreach (var file in Directory.GetFiles(objects, "*", SearchOption.AllDirectories))
        {
            await using var content = File.OpenRead(file);
            Assert.That(resident.ImageHashes, Has.None.EqualTo(Convert.ToHexStringLower(await SHA256.HashDataAsync(content))), file);
        }
    }

    /// <summary>An image that StorageService did not take in time was still in the database, or in both.</summary>
    private static long Files(JsonElement removed) =>
        removed.GetProperty("storage").GetProperty("objects").GetInt64() + removed.GetProperty("inference").GetProperty("pending-images").GetInt64();

    private static string[] FilesNamed(string part) => Directory.GetFiles(Suite.Home, $"*{part}*", SearchOption.AllDirectories);
}
