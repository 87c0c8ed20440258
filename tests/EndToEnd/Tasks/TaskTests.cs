using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EndToEnd.Outages;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Tasks;

/// <summary>Work of any size through the gateway, and what becomes of it when parts of the suite go away in the middle.</summary>
[TestFixture]
public sealed class TaskTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static Suite Suite => SuiteFixture.Suite;

    [Test]
    public async Task A_zip_of_images_is_classified_in_its_order()
    {
        using var caller = await Caller.RegisteredAsync();
        var id = await CreateAsync(caller, "mask-detector", Zip(40), "application/zip");

        await WaitAsync(caller, id, "succeeded");

        var results = await ResultsAsync(caller, id);
        Assert.That(results.Select(line => line.GetProperty("name").GetString()), Is.EqualTo(Enumerable.Range(0, 40).Select(i => $"{i}.png")));
        Assert.That(results.Select(line => line.GetProperty("label").GetString()), Is.All.EndsWith("mask"));
        using var read = await caller.Http.GetAsync($"/v1/predictions/{results[7].Id()}/image");
        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Killing_inference_in_the_middle_costs_no_item_and_doubles_none()
    {
        const int rows = 30_000;
        await using var outside = await OutsideSubscriber.StartNewAsync(Suite.RabbitMqUri, "prediction.made");
        using var caller = await Caller.RegisteredAsync();
        var id = await CreateAsync(caller, "report-scorer", Ndjson(rows), "application/x-ndjson");
        await Eventually.SeeAsync("some rows are done", () => DoneAsync(caller, id), done => done > 0, Deadline);

        await Suite.WaitForRestartAsync(Suite.Kill("inference-0"));
        var after = await DoneAsync(caller, id);
        await WaitAsync(caller, id, "succeeded");

        var results = await ResultsAsync(caller, id);
        Assert.That(results.Select(line => line.GetProperty("index").GetInt32()), Is.EqualTo(Enumerable.Range(0, rows)));
        var ids = results.Select(line => line.Id()).ToHashSet();
        Assert.That(ids, Has.Count.EqualTo(rows));
        Assert.That(await Database.CountAsync(Suite, "inference", $"predictions WHERE owner = (SELECT owner FROM tasks WHERE id = '{id}')"), Is.EqualTo(rows));
        await Eventually.SeeAsync("every event arrives", () => Task.FromResult(ids.Except(outside.Events.Select(e => e.Body.Id())).Count()), missing => missing == 0, Deadline);
        TestContext.Progress.WriteLine($"figure: kill -9 in a task of {rows} rows: {after} were done after the restart, all done in the end, none twice");
    }

    [Test]
    public async Task With_storage_broker_and_database_away_in_turn_a_task_waits_and_goes_on()
    {
        const int rows = 30_000;
        using var caller = await Caller.RegisteredAsync();
        var id = await CreateAsync(caller, "report-scorer", Ndjson(rows), "application/x-ndjson");
        await Eventually.SeeAsync("some rows are done", () => DoneAsync(caller, id), done => done > 0, Deadline);

        await Suite.RestartResourceAsync("postgres");
        await Suite.RestartResourceAsync("rabbitmq");
        await Suite.RestartResourceAsync("storage");
        await WaitAsync(caller, id, "succeeded");

        Assert.That((await ResultsAsync(caller, id)).Select(line => line.GetProperty("index").GetInt32()), Is.EqualTo(Enumerable.Range(0, rows)));
    }

    [Test]
    public async Task A_cancelled_task_is_cancelled_at_once_and_a_finished_one_is_409()
    {
        using var caller = await Caller.RegisteredAsync();
        var id = await CreateAsync(caller, "report-scorer", Ndjson(200_000), "application/x-ndjson");

        using var cancelled = await caller.Http.DeleteAsync($"/v1/tasks/{id}");
        Assert.That(cancelled.StatusCode, Is.EqualTo(HttpStatusCode.OK), await cancelled.Content.ReadAsStringAsync());
        await WaitAsync(caller, id, "cancelled");

        using var again = await caller.Http.DeleteAsync($"/v1/tasks/{id}");
        await again.ShouldBeProblemAsync(HttpStatusCode.Conflict, code: "task-finished");
    }

    [Test]
    public async Task Broken_quotes_are_refused_with_their_line()
    {
        using var caller = await Caller.RegisteredAsync();
        using var answer = await PostAsync(caller, "report-scorer", "abuse_type,report_text_len,profile_rating,popularity\nMSG,1,1,1\n\"MSG,1,1,1\n"u8.ToArray(), "text/csv");
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "body", "broken-csv");
        Assert.That(problem.GetProperty("detail").GetString(), Does.Contain("Line 3"));
    }

    [Test]
    public async Task A_body_said_to_be_larger_than_a_task_may_be_is_413()
    {
        using var caller = await Caller.RegisteredAsync();
        // Declared and never sent, as curl does it with large bodies.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/models/mask-detector/tasks") { Content = new StreamContent(new DeclaredStream(5L << 30)) };
        request.Headers.ExpectContinue = true;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        using var answer = await caller.Http.SendAsync(request);
        await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "body", "too-large");
    }

    [Test]
    public async Task Guests_have_no_tasks()
    {
        using var guest = Caller.Guest();
        using var answer = await PostAsync(guest, "report-scorer", Ndjson(1), "application/x-ndjson");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private static byte[] Ndjson(int rows) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, rows).Select(i => $$"""{"abuse_type": "MSG", "report_text_len": {{i}}, "profile_rating": 2.5, "popularity": 40}""" + "\n")));

    private static byte[] Zip(int images)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < images; i++)
            {
                using var entry = zip.CreateEntry($"{i}.png").Open();
                entry.Write(TestImages.Png());
            }
        }
        return bytes.ToArray();
    }

    private static Task<HttpResponseMessage> PostAsync(Caller caller, string model, byte[] body, string contentType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return caller.Http.PostAsync($"/v1/models/{model}/tasks", content);
    }

    private static async Task<Guid> CreateAsync(Caller caller, string model, byte[] body, string contentType)
    {
        using var answer = await PostAsync(caller, model, body, contentType);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await answer.Content.ReadAsStringAsync());
        return (await answer.ReadJsonAsync()).Id();
    }

    private static async Task<JsonElement> GetAsync(Caller caller, Guid id)
    {
        using var answer = await caller.Http.GetAsync($"/v1/tasks/{id}");
        return answer.EnsureSuccessStatusCode() is { } ok ? await ok.ReadJsonAsync() : default;
    }

    private static async Task<int> DoneAsync(Caller caller, Guid id) => (await GetAsync(caller, id)).GetProperty("progress").GetProperty("done").GetInt32();

    private static Task<JsonElement> WaitAsync(Caller caller, Guid id, string status) => Eventually.SeeAsync(
        $"the task is {status}", () => GetAsync(caller, id), task => task.GetProperty("status").GetString() == status, Deadline, () => Suite.Log("inference-0"));

    private static async Task<List<JsonElement>> ResultsAsync(Caller caller, Guid id) =>
        [.. (await caller.Http.GetStringAsync($"/v1/tasks/{id}/results")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    /// <summary>A length, and nothing that could be read.</summary>
    private sealed class DeclaredStream(long length) : MemoryStream
    {
        public override long Length => length;

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The body was sent.");
    }
}
