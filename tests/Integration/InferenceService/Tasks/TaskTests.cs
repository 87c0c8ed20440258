using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NUnit.Framework;
using static Integration.InferenceService.Tasks.TaskApplication;

namespace Integration.InferenceService.Tasks;

[TestFixture]
public sealed class TaskTests
{
    private TaskApplication tasks = null!;

    [OneTimeSetUp]
    public async Task Start() => tasks = await StartNewAsync(("MaxChunkItems", "20"));

    [OneTimeTearDown]
    public Task Stop() => tasks.DisposeAsync().AsTask();

    private static IEnumerable<TestCaseData> RowInputs =>
    [
        new TestCaseData(Ndjson(50), "application/x-ndjson").SetName("NDJSON"),
        new TestCaseData(Csv(Enumerable.Range(0, 50).Select(i => $"MSG,{i},1.5,3")), "text/csv").SetName("CSV"),
        new TestCaseData($$"""{"rows": [{{string.Join(",\n", Enumerable.Range(0, 50).Select(Row))}}]}""", "application/json").SetName("JSON rows"),
    ];

    [TestCaseSource(nameof(RowInputs))]
    public async Task Rows_are_scored_in_their_order_and_each_is_on_record(string rows, string contentType)
    {
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(rows, contentType));

        var task = await tasks.WaitAsync(id);
        Assert.That(task["progress"]!.ToJsonString(), Is.EqualTo("""{"done":50,"total":50,"failed":0}"""));
        var results = await tasks.ResultsAsync(id);
        Assert.That(Indices(results), Is.EqualTo(Enumerable.Range(0, 50)));
        using var direct = await tasks.Caller.PostAsync($"/v1/models/{tasks.Rows}/predict", new StringContent($$"""{"rows": [{{Row(49)}}]}""", Encoding.UTF8, "application/json"));
        Assert.That(results[49]["score"]!.ToJsonString(), Is.EqualTo((await direct.ReadAsync())["predictions"]![0]!["score"]!.ToJsonString()), "as predict scores it");
        var prediction = await tasks.Caller.GetAsync($"/v1/predictions/{results[49].Text("id")}").ReadAsync();
        Assert.That(prediction["predictions"]![0]!["input"]!["row"]!["report_text_len"]!.GetValue<double>(), Is.EqualTo(49));
    }

    [Test]
    public async Task A_task_may_name_a_version_that_nobody_has_loaded_yet()
    {
        var body = new StringContent(Ndjson(3), Encoding.UTF8, "application/x-ndjson");

        var id = await tasks.CreateAsync(tasks.Caller.PostAsync($"/v1/models/{tasks.Rows}/tasks?version=1", body));

        await tasks.WaitAsync(id);
        var prediction = await tasks.Caller.GetAsync($"/v1/predictions/{(await tasks.ResultsAsync(id))[0].Text("id")}").ReadAsync();
        Assert.That(prediction.Text("version"), Is.EqualTo("1"));
    }

    [Test]
    public async Task Each_item_of_a_task_is_announced_like_any_prediction()
    {
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "prediction.made");
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(30)));
        await tasks.WaitAsync(id);

        foreach (var line in await tasks.ResultsAsync(id))
            Assert.That(await subscriber.WaitForAsync(line.Text("id"), 1, () => tasks.Log), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_zip_is_classified_image_by_image_and_what_is_no_image_fails_alone()
    {
        var image = TestImages.Png();
        var zip = Zip(("a/one.png", image), ("a/", []), ("__MACOSX/a/._one.png", [1]), ("notes.txt", "no image"u8.ToArray()), ("../../two.png", TestImages.Png()), ("empty.png", []));

        var id = await tasks.CreateAsync(tasks.PostAsync(tasks.Images, zip, "application/zip"));

        var task = await tasks.WaitAsync(id);
        Assert.That(task["progress"]!.ToJsonString(), Is.EqualTo("""{"done":4,"total":4,"failed":2}"""));
        var results = await tasks.ResultsAsync(id);
        Assert.That(results.Select(line => line.Text("name")), Is.EqualTo((string[])["a/one.png", "notes.txt", "../../two.png", "empty.png"]));
        Assert.That(results.Select(line => line["error"]?.Text("code")), Is.EqualTo((string?[])[null, "undecodable-image", null, "invalid-field"]));
        Assert.That(results[0].Text("label"), Does.EndWith("mask"));
        Assert.That(results[0]["scores"]!.AsArray(), Has.Count.EqualTo(2));
        Assert.That(await tasks.Caller.GetByteArrayAsync($"/v1/predictions/{results[0].Text("id")}/image"), Is.EqualTo(image), "kept like that of any prediction");
    }

    [Test]
    public async Task Several_images_of_a_form_or_one_as_the_body_make_a_task()
    {
        using var form = new MultipartFormDataContent();
        foreach (var name in (string[])["one.png", "two.png"])
            form.Add(new ByteArrayContent(TestImages.Png()) { Headers = { ContentType = new("image/png") } }, "file", name);

        var several = await tasks.CreateAsync(tasks.PostAsync(tasks.Images, form));
        var single = await tasks.CreateAsync(tasks.PostAsync(tasks.Images, TestImages.Png(), "image/png"));

        await tasks.WaitAsync(several);
        await tasks.WaitAsync(single);
        Assert.That((await tasks.ResultsAsync(several)).Select(line => line.Text("name")), Is.EqualTo((string[])["one.png", "two.png"]));
        Assert.That((await tasks.ResultsAsync(single)).Single().Text("label"), Does.EndWith("mask"));
    }

    [Test]
    public async Task A_bad_row_is_a_line_with_an_error_and_the_others_are_scored()
    {
        var id = await tasks.CreateAsync(tasks.PostRowsAsync($"{Row(1)}\n{{\"abuse_type\"\n\n{Row(2)}\n{{}}\n"));

        await tasks.WaitAsync(id);
        var results = await tasks.ResultsAsync(id);
        Assert.That(results.Select(line => line["error"]?["errors"]?.AsObject().Single().Key), Is.EqualTo((string?[])[null, "line 2", null, "rows[3].abuse_type"]));
    }

    [Test]
    public async Task A_task_can_be_read_from_any_index()
    {
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(30)));
        await tasks.WaitAsync(id);
        Assert.That(Indices(await tasks.ResultsAsync(id, "?from=27")), Is.EqualTo((int[])[27, 28, 29]));
    }

    [Test]
    public async Task A_task_is_its_owners_alone()
    {
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(3)));
        await tasks.WaitAsync(id);
        using var stranger = await tasks.Replicas[0].CallerAsync("caller-2");

        foreach (var path in (string[])[$"/v1/tasks/{id}", $"/v1/tasks/{id}/results", $"/task/{id}"])
            Assert.That(await stranger.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), path);
        Assert.That(await stranger.DeleteAsync($"/v1/tasks/{id}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await stranger.GetAsync("/v1/tasks").ReadAsync())["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Tasks_are_listed_newest_first_page_by_page()
    {
        using var caller = await tasks.Replicas[0].CallerAsync($"caller-{Guid.NewGuid():N}");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add(await tasks.CreateAsync(tasks.PostAsync(tasks.Rows, Encoding.UTF8.GetBytes(Ndjson(1)), "application/x-ndjson", caller: caller)));

        var first = await caller.GetAsync("/v1/tasks?limit=2").ReadAsync();
        var second = await caller.GetAsync($"/v1/tasks?limit=2&cursor={first.Text("next")}").ReadAsync();

        Assert.That(first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(task => task!.Text("id")), Is.EqualTo(Enumerable.Reverse(ids)));
        Assert.That(second["next"], Is.Null);
    }

    [Test]
    public async Task A_finished_task_cannot_be_cancelled()
    {
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(3)));
        await tasks.WaitAsync(id);

        var problem = await tasks.Caller.DeleteAsync($"/v1/tasks/{id}").ReadAsync(HttpStatusCode.Conflict);

        Assert.That(problem.Text("code"), Is.EqualTo("task-finished"));
        Assert.That((await tasks.GetAsync(id)).Text("status"), Is.EqualTo("succeeded"));
    }

    [Test]
    public async Task A_cancelled_task_stops_and_keeps_its_results_so_far()
    {
        const int rows = 200_000;
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(rows)));
        await Eventually.SeeAsync("some rows are done", () => tasks.GetAsync(id), task => Done(task) > 0, log: () => tasks.Log);

        var cancelled = await tasks.Caller.DeleteAsync($"/v1/tasks/{id}").ReadAsync();
        Assert.That(cancelled.Text("status"), Is.EqualTo("cancelled"));

        // A task sent after it is done only once a worker is free of it.
        await tasks.WaitAsync(await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(1))));
        var results = await tasks.ResultsAsync(id);
        Assert.That(Indices(results), Is.EqualTo(Enumerable.Range(0, Done(cancelled))));
        Assert.That(results, Has.Count.LessThan(rows));
        Assert.That((await tasks.GetAsync(id)).Text("status"), Is.EqualTo("cancelled"));
    }

    [Test]
    public async Task The_same_key_and_input_are_the_same_task_and_another_input_is_refused()
    {
        var key = Guid.NewGuid().ToString();
        // As a form, because every repetition of that has a boundary of its own.
        MultipartFormDataContent Form(string rows) => new() { { new StringContent(rows, Encoding.UTF8, "application/x-ndjson"), "file", "rows.ndjson" } };

        var first = await tasks.CreateAsync(tasks.PostAsync(tasks.Rows, Form(Ndjson(2)), key));
        using var again = await tasks.PostAsync(tasks.Rows, Form(Ndjson(2)), key);
        using var other = await tasks.PostAsync(tasks.Rows, Form(Ndjson(3)), key);

        Assert.That((await again.ReadAsync(HttpStatusCode.Accepted)).Text("id"), Is.EqualTo(first));
        Assert.That(again.Headers.GetValues("Idempotency-Replayed"), Is.EqualTo((string[])["true"]));
        Assert.That((await other.ReadAsync(HttpStatusCode.UnprocessableEntity)).Text("code"), Is.EqualTo("idempotency-key-reused"));
        await tasks.WaitAsync(first);
    }

    [Test]
    public async Task The_old_task_route_reads_tasks_and_answers_of_prediction()
    {
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(3)));
        await tasks.WaitAsync(id);
        var direct = await tasks.Caller.PostAsync($"/v1/models/{tasks.Rows}/predict", new StringContent($$"""{"rows": [{{Row(1)}}, {{Row(2)}}]}""", Encoding.UTF8, "application/json")).ReadAsync();

        var task = await tasks.Caller.GetAsync($"/task/{id}").ReadAsync();
        var answer = await tasks.Caller.GetAsync($"/task/{direct.Text("id")}").ReadAsync();

        Assert.That(task.AsObject().Select(member => member.Key), Is.EqualTo((string[])["task_id", "status", "scores", "ranking"]));
        Assert.That((task.Text("task_id"), task.Text("status"), task["scores"]!.AsArray().Count), Is.EqualTo((id, "succeeded", 3)));
        Assert.That(answer["scores"]!.ToJsonString(), Is.EqualTo(new JsonArray([.. direct["predictions"]!.AsArray().Select(item => item!["score"]!.DeepClone())]).ToJsonString()));
        Assert.That(await tasks.Caller.GetAsync($"/task/{Guid.CreateVersion7()}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }
}
