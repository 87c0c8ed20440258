using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Integration.AuthService.Erasure;
using Integration.StorageService;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;
using ServiceDefaults.Erasure;

namespace Integration.AuthService.Export;

[TestFixture]
public sealed class ExportTests
{
    private const string Nowhere = "http://127.0.0.1:9";

    [Test]
    public async Task A_copy_has_what_every_service_keeps_files_byte_by_byte_and_no_secret()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        await using var other = await AuthApplication.StartNewAsync(Settings(("storage", suite.Storage.Address), ("feedback", suite.FeedbackAddress)), suite.Auth.Database);
        var (ada, bob) = (await suite.NewPersonAsync(), await suite.NewPersonAsync());
        var (mine, theirs) = (StorageApplication.SomeContent(), StorageApplication.SomeContent());
        await suite.StoreAsync(ada.Id, mine).ReadAsync(HttpStatusCode.Created);
        await suite.StoreAsync(bob.Id, theirs).ReadAsync(HttpStatusCode.Created);
        var key = await suite.Auth.NewKeyAsync(ada.Token);
        await suite.PredictAsync(ada, 3);

        using var zip = await ExportAsync(other, ada.Token);

        Assert.That(await BytesAsync(zip, $"storage/images/{StorageApplication.Sha256(mine)}"), Is.EqualTo(mine));
        Assert.That(zip.GetEntry($"storage/images/{StorageApplication.Sha256(theirs)}"), Is.Null);
        Assert.That(await TextAsync(zip, "auth/profile.ndjson"), Does.Contain(ada.Email));
        Assert.That(await TextAsync(zip, "auth/consents.ndjson"), Does.Contain("\"version\""));
        Assert.That(await TextAsync(zip, "auth/keys.ndjson"), Does.Contain(key.Text("prefix")).And.Not.Contain(key.Text("key")).And.Not.Contain("hash"));
        Assert.That((await TextAsync(zip, "feedback/observations.ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(3));
        Assert.That(zip.GetEntry("errors.json"), Is.Null);
        var index = JsonNode.Parse(await TextAsync(zip, "index.json"))!.AsArray().Select(file => file!.Text("path"));
        Assert.That(index, Is.EquivalentTo(zip.Entries.Select(entry => entry.FullName).Where(name => name != "index.json")));
    }

    [Test]
    public async Task A_service_that_does_not_answer_is_named_and_the_others_are_there()
    {
        await using var auth = await AuthApplication.StartNewAsync(Settings(("storage", Nowhere)));
        using var zip = await ExportAsync(auth, await auth.NewUserTokenAsync());

        Assert.That(zip.GetEntry("auth/profile.ndjson"), Is.Not.Null);
        Assert.That(JsonNode.Parse(await TextAsync(zip, "errors.json"))!.AsArray().Single()!.Text("service"), Is.EqualTo("storage"));
    }

    [Test]
    public async Task A_service_that_breaks_off_in_the_middle_is_named_with_the_file_that_was_cut()
    {
        var boundary = MultipartExport.NewBoundary();
        var sent = new MemoryStream();
        var export = new MultipartExport(sent, boundary);
        await export.AddAsync(new ExportFile("whole.txt", "text/plain", "Whole."), body => body.WriteAsync("all of it"u8.ToArray()).AsTask(), default);
        await export.AddAsync(new ExportFile("cut.txt", "text/plain", "Cut."), body => body.WriteAsync("only ha"u8.ToArray()).AsTask(), default);
        await using var broken = new CutAnswer(MultipartExport.ContentType(boundary), sent.ToArray());
        await using var auth = await AuthApplication.StartNewAsync(Settings(("broken", broken.Address), ("away", Nowhere)));
        using var zip = await ExportAsync(auth, await auth.NewUserTokenAsync());

        Assert.That(await TextAsync(zip, "broken/whole.txt"), Is.EqualTo("all of it"));
        var errors = JsonNode.Parse(await TextAsync(zip, "errors.json"))!.AsArray();
        Assert.That(errors.Select(error => error!.Text("service")), Is.EqualTo((string[])["broken", "away"]));
        Assert.That(errors[0]!.Text("after"), Is.EqualTo("broken/cut.txt"));
    }

    [Test]
    public async Task An_answer_that_ends_without_its_end_is_not_taken_for_whole()
    {
        await using var shortened = await FakeService.StartNewAsync(async context =>
        {
            var boundary = MultipartExport.NewBoundary();
            context.Response.ContentType = MultipartExport.ContentType(boundary);
            var export = new MultipartExport(context.Response.Body, boundary);
            await export.AddAsync(new ExportFile("a.txt", "text/plain", "A."), body => body.WriteAsync("a"u8.ToArray()).AsTask(), default);
        });
        await using var auth = await AuthApplication.StartNewAsync(Settings(("shortened", shortened.Address)));
        using var zip = await ExportAsync(auth, await auth.NewUserTokenAsync());

        Assert.That(zip.GetEntry("errors.json"), Is.Not.Null);
    }

    [Test]
    public async Task One_export_at_a_time_for_each_caller_and_a_few_for_all()
    {
        var release = new TaskCompletionSource();
        await using var slow = await FakeService.StartNewAsync(async context =>
        {
            await release.Task;
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        });
        await using var auth = await AuthApplication.StartNewAsync(Settings([("slow", slow.Address)], ("Auth:Export:MaxAtOnce", "2")));
        var (ada, bob, eve) = (await auth.NewUserTokenAsync(), await auth.NewUserTokenAsync(), await auth.NewUserTokenAsync());
        using var first = await BeginAsync(auth, ada);

        Assert.That(await BeginAsync(auth, ada).StatusAsync(), Is.EqualTo(HttpStatusCode.TooManyRequests));
        using var second = await BeginAsync(auth, bob);
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await BeginAsync(auth, eve).StatusAsync(), Is.EqualTo(HttpStatusCode.ServiceUnavailable));

        release.SetResult();
        await BodyAsync(first, auth);
        await BodyAsync(second, auth);
        await TestSupport.Eventually.IsTrueAsync(async () => await BeginAsync(auth, ada).StatusAsync() == HttpStatusCode.OK, "it can be asked for again", () => auth.Log);
    }

    [Test]
    public async Task A_key_can_not_carry_everything_away()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var key = (await auth.NewKeyAsync(await auth.NewUserTokenAsync())).Text("key");
        var exchanged = (await auth.ExchangeAsync(key).ReadAsync()).Text("token");

        Assert.That((await auth.SendAsync(HttpMethod.Get, "/v1/auth/me/export", token: exchanged).ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("sign-in-needed"));
    }

    [Test]
    public async Task What_a_service_keeps_is_not_for_callers()
    {
        await using var storage = await StorageApplication.StartNewAsync();
        using var user = await storage.ClientWithScopeAsync("predict", "feedback", "admin", "objects");

        Assert.That(await user.GetAsync($"/internal/export/{Guid.NewGuid()}").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private static Dictionary<string, string> Settings(params (string Service, string Address)[] services) => Settings(services, []);

    private static Dictionary<string, string> Settings((string Service, string Address)[] services, params (string Name, string Value)[] more)
    {
        var settings = more.ToDictionary(setting => setting.Name, setting => setting.Value);
        foreach (var (i, (service, address)) in services.Index())
        {
            settings[$"Auth:Export:Services:{i}"] = service;
            settings[$"services:{service}:http:0"] = address;
        }
        return settings;
    }

    private static Task<HttpResponseMessage> BeginAsync(AuthApplication auth, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/auth/me/export");
        request.Headers.Authorization = new("Bearer", token);
        return auth.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<ZipArchive> ExportAsync(AuthApplication auth, string token)
    {
        using var answer = await BeginAsync(auth, token);
        var body = await BodyAsync(answer, auth);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), auth.Log);
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/zip"));
        return new ZipArchive(new MemoryStream(body));
    }

    private static async Task<byte[]> BodyAsync(HttpResponseMessage answer, AuthApplication auth)
    {
        try
        {
            return await answer.Content.ReadAsByteArrayAsync();
        }
        catch (HttpRequestException e)
        {
            throw new AssertionException($"{e.Message}{Environment.NewLine}{auth.Log}");
        }
    }

    private static async Task<byte[]> BytesAsync(ZipArchive zip, string path)
    {
        await using var entry = await (zip.GetEntry(path) ?? throw new AssertionException($"{path} is missing: {string.Join(", ", zip.Entries)}")).OpenAsync();
        using var copy = new MemoryStream();
        await entry.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static async Task<string> TextAsync(ZipArchive zip, string path) => System.Text.Encoding.UTF8.GetString(await BytesAsync(zip, path));
}
