using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using InferenceService.Models;
using Integration.StorageService;
using Microsoft.ML.OnnxRuntime;
using NUnit.Framework;

namespace Integration.TrainingService.Runs;

/// <summary>Runs from the request to a version that can be served, and what they leave.</summary>
public sealed class RunTests
{
    [Test]
    public async Task A_run_makes_a_version_that_is_checked_judged_and_ready_to_serve()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(600));

        var run = await trainee.TrainAsync();

        var result = run["result"]!;
        Assert.That(run.Text("version"), Is.EqualTo("1"));
        Assert.That(result["labels"]!.GetValue<int>(), Is.EqualTo(600));
        Assert.That(result["reference"]!["accuracy"]!.GetValue<double>(), Is.GreaterThan(0.8));
        Assert.That(result["reference"]!["rows"]!.GetValue<int>(), Is.EqualTo(result["rows"]!["reference"]!.GetValue<int>()));
        Assert.That(result["rows"]!.AsObject().Sum(side => side.Value!.GetValue<int>()), Is.EqualTo(600));
        Assert.That(result["export"]!["largestDifference"]!.GetValue<double>(), Is.LessThanOrEqualTo(1e-4));
        Assert.That(result["crossValidation"]!["folds"]!.AsArray(), Has.Count.EqualTo(5), "a small set");
        Assert.That(result["peakBytes"]!.GetValue<long>(), Is.Positive);

        Assert.That(run["request"]!["mayBind"], Is.Null, "what a caller is allowed is nobody's business");

        var version = await VersionAsync(run);
        Assert.That(version.Text("state"), Is.EqualTo("candidate"));
        var lineage = version["lineage"]!;
        Assert.That(lineage.Text("run"), Is.EqualTo(run.Text("id")));
        Assert.That(lineage.Text("dataset"), Is.EqualTo(trainee.DatasetId));
        Assert.That(lineage["labels"]!.GetValue<int>(), Is.EqualTo(600));
        var manifest = ModelManifest.Parse(version["manifest"].Deserialize<JsonElement>());
        Assert.That(manifest.Labels, Is.EqualTo(new[] { "no", "yes" }));
        Assert.That(manifest.Columns.Select(column => column.Name), Is.EqualTo(new[] { "x", "y", "z", "colour" }));

        Assert.That(await AnswersAsync(trainee, run, manifest, [-0.4f, -0.4f, 0.5f, 0, 0.4f, 0.4f, 0.5f, 0]), Is.EqualTo(new[] { "no", "yes" }));
    }

    [Test]
    public async Task The_start_and_the_end_of_a_run_are_announced()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300));

        var run = await trainee.TrainAsync();

        var events = await RunServices.Events.WaitForAsync(run.Text("id"), 2, () => trainee.Log);
        Assert.That(events.Select(e => e.RoutingKey), Is.EqualTo(new[] { "training.started", "training.completed" }));
        Assert.That(events[0].Body.GetProperty("labels").GetInt64(), Is.EqualTo(300));
        Assert.That(events[1].Body.GetProperty("version").GetString(), Is.EqualTo("1"));
        Assert.That(events[1].Body.GetProperty("accuracy").GetDouble(), Is.EqualTo(run["result"]!["reference"]!["accuracy"]!.GetValue<double>()));
    }

    [Test]
    public async Task A_report_that_there_is_no_room_for_is_a_warning_and_the_version_goes_live()
    {
        await using var full = await StorageApplication.StartNewAsync(new Dictionary<string, string> { ["Storage:UserQuotaBytes"] = "1" });
        await using var training = await RunServices.StartAnotherAsync(TrainingApplication.NewDatabase(), full);
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300), training);

        var run = await trainee.TrainAsync("""{"learner": "logistic-regression", "promote": true}""");

        Assert.That(run["result"]!["promoted"]!.GetValue<bool>(), Is.True);
        Assert.That(run["result"]!["warnings"]!.AsArray().Select(warning => warning!.GetValue<string>()), Has.One.Contains("Storage:UserQuotaBytes"));
        Assert.That(await trainee.CountAsync($"runs WHERE id = '{run.Text("id")}' AND lease_epoch = 1"), Is.EqualTo(1), "it was trained once");
        await trainee.Http.GetAsync($"/v1/runs/{run.Text("id")}/report").ReadAsync(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task The_same_labels_parameters_and_seed_give_the_same_file()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(400));
        const string body = """{"learner": "gradient-boosted-trees", "parameters": {"rounds": 20}, "seed": 7}""";

        var (first, second) = (await trainee.TrainAsync(body), await trainee.TrainAsync(body));
        var other = await trainee.TrainAsync(body.Replace("7", "8", StringComparison.Ordinal));

        Assert.That(second["result"]!.Text("sha256"), Is.EqualTo(first["result"]!.Text("sha256")));
        Assert.That(second.Text("version"), Is.EqualTo("2"));
        Assert.That(second.Text("snapshot"), Is.EqualTo(first.Text("snapshot")));
        Assert.That(other["result"]!.Text("sha256"), Is.Not.EqualTo(first["result"]!.Text("sha256")));
    }

    [Test]
    public async Task With_a_grid_the_best_combination_is_trained()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(1200));

        var run = await trainee.TrainAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 30}, "grid": {"maxDepth": [1, 4], "learningRate": [0.001, 0.3]}, "folds": 3}""");

        var search = run["result"]!["search"]!;
        Assert.That(search["tried"]!.AsArray(), Has.Count.EqualTo(4));
        var best = search["tried"]![search["best"]!.GetValue<int>()]!["parameters"]!;
        Assert.That(best["learningRate"]!.GetValue<double>(), Is.EqualTo(0.3));
        foreach (var (name, value) in best.AsObject())
            Assert.That(run["result"]!["parameters"]![name]!.GetValue<double>(), Is.EqualTo(value!.GetValue<double>()));
    }

    [Test]
    public async Task A_version_that_passes_the_gates_goes_live_when_that_was_asked_for()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(400));

        var run = await trainee.TrainAsync("""{"learner": "logistic-regression", "promote": true}""");

        Assert.That(run["result"]!["promoted"]!.GetValue<bool>(), Is.True);
        Assert.That((await VersionAsync(run)).Text("state"), Is.EqualTo("live"));
    }

    [Test]
    public async Task The_report_is_there_for_people_and_for_machines_and_runs_nothing()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300).Replace("colour", "<script>alert(1)</script>", StringComparison.Ordinal));
        var run = await trainee.TrainAsync();

        using var html = await ReportAsync(trainee, run, "text/html");
        using var markdown = await ReportAsync(trainee, run, "text/markdown");
        using var json = await ReportAsync(trainee, run, "application/json");
        var plot = await trainee.Http.GetAsync($"/v1/runs/{run.Text("id")}/plots/confusion.svg");

        Assert.That(html.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/html"));
        Assert.That(html.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'none'").And.Contain("sandbox"));
        Assert.That(await html.Content.ReadAsStringAsync(), Does.Contain("logistic-regression").And.Not.Contain("<script"));
        Assert.That(markdown.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/markdown"));
        Assert.That(await markdown.Content.ReadAsStringAsync(), Does.Contain("plots/confusion.svg"));
        Assert.That(JsonNode.Parse(await json.Content.ReadAsStringAsync())!["reference"]!["accuracy"]!.GetValue<double>(), Is.EqualTo(run["result"]!["reference"]!["accuracy"]!.GetValue<double>()));
        Assert.That(plot.Content.Headers.ContentType!.MediaType, Is.EqualTo("image/svg+xml"));
        Assert.That(plot.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
        await trainee.Http.GetAsync($"/v1/runs/{run.Text("id")}/plots/nothing.svg").ReadAsync(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task The_history_of_a_data_set_has_the_figures_of_its_runs_with_the_number_of_labels()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300));
        await trainee.TrainAsync();
        await trainee.Caller.PostCsvAsync(trainee.Dataset, Trainee.Rows(200, seed: 2)).ReadAsync();
        await trainee.TrainAsync();

        var first = await trainee.Caller.GetAsync($"{trainee.Dataset}/runs?limit=1");
        var second = await trainee.Caller.GetAsync($"{trainee.Dataset}/runs?cursor={first.Text("next")}");

        Assert.That(first["items"]![0]!["labels"]!.GetValue<int>(), Is.EqualTo(500));
        var oldest = second["items"]!.AsArray().Single()!;
        Assert.That(oldest["labels"]!.GetValue<int>(), Is.EqualTo(300));
        Assert.That(oldest.Text("version"), Is.EqualTo("1"));
        Assert.That(oldest["accuracy"]!.GetValue<double>(), Is.GreaterThan(0.7));
        Assert.That(oldest["rocAuc"]!.GetValue<double>(), Is.GreaterThan(0.7));
        Assert.That(oldest["confusion"]!["rows"]!.AsArray().SelectMany(row => row!.AsArray()).Sum(count => count!.GetValue<int>()), Is.InRange(60, 62), "a fifth is judged by");
        Assert.That(second["next"], Is.Null);
    }

    [Test]
    public async Task Who_watches_gets_progress_and_then_the_end()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300));
        var run = await trainee.StartAsync();

        var text = await trainee.Http.GetStringAsync($"/v1/runs/{run}/events");

        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.That(events[..^1], Has.All.StartsWith("event: progress\n"));
        Assert.That(events[^1], Does.StartWith("event: end\n"));
        Assert.That(JsonNode.Parse(events[^1].Split("data: ")[1])!.Text("status"), Is.EqualTo("succeeded"), text);
    }

    [Test]
    public async Task Others_see_no_run_and_analysts_see_all()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300));
        using var stranger = await Trainee.NewAsync("");
        using var analyst = await Trainee.NewAsync("", role: "analyst");
        var run = (await trainee.TrainAsync()).Text("id");

        foreach (var path in (string[])[$"/v1/runs/{run}", $"/v1/runs/{run}/report", $"/v1/runs/{run}/events", $"/v1/runs/{run}/model.onnx", $"{trainee.Dataset}/runs"])
        {
            Assert.That(await stranger.Http.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), path);
            Assert.That(await analyst.Http.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), path);
        }
        Assert.That(await stranger.Http.DeleteAsync($"/v1/runs/{run}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await analyst.Http.DeleteAsync($"/v1/runs/{run}").StatusAsync(), Is.EqualTo(HttpStatusCode.Conflict), "finished");
    }

    [Test]
    public async Task The_same_key_again_is_the_same_run()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300));
        const string body = """{"learner": "logistic-regression"}""";
        var key = Guid.NewGuid().ToString();

        var first = await trainee.PostRunAsync(body, key).ReadAsync(HttpStatusCode.Accepted);
        var again = await trainee.PostRunAsync(body, key).ReadAsync(HttpStatusCode.Accepted);

        Assert.That(again.Text("id"), Is.EqualTo(first.Text("id")));
        await trainee.WaitAsync(first.Text("id"));
    }

    [Test]
    public async Task What_a_run_left_goes_with_its_data_set()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300));
        var run = (await trainee.TrainAsync()).Text("id");
        var of = $"run_artifacts WHERE owner = '{trainee.Caller.Subject}'";
        Assert.That(await trainee.CountAsync(of), Is.GreaterThan(5));
        Assert.That(ObjectsOf(trainee), Is.Positive);

        await trainee.Http.DeleteAsync(trainee.Dataset).ReadAsync(HttpStatusCode.NoContent);

        await Eventually.SeeAsync("nothing is left", () => trainee.CountAsync(of), count => count == 0, log: () => trainee.Log);
        Assert.That(ObjectsOf(trainee), Is.Zero);
        Assert.That(await trainee.Http.GetAsync($"/v1/runs/{run}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static int ObjectsOf(Trainee trainee) =>
        Directory.EnumerateFiles(RunServices.Storage.Folder, "*", SearchOption.AllDirectories).Count(file => file.Contains(trainee.Caller.Subject, StringComparison.Ordinal));

    private static async Task<HttpResponseMessage> ReportAsync(Trainee trainee, JsonNode run, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/runs/{run.Text("id")}/report");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return (await trainee.Http.SendAsync(request)).EnsureSuccessStatusCode();
    }

    private static async Task<JsonNode> VersionAsync(JsonNode run)
    {
        var model = await RunServices.Training.GetAsync($"/v1/registry/models/{run.Text("model")}");
        return JsonNode.Parse(model.GetRawText())!["versions"]!.AsArray().Single(version => version!.Text("version") == run.Text("version"))!;
    }

    /// <summary>What the file itself says of rows, as InferenceService would ask it.</summary>
    private static async Task<string[]> AnswersAsync(Trainee trainee, JsonNode run, ModelManifest manifest, float[] rows)
    {
        using var session = new InferenceSession(await trainee.Http.GetByteArrayAsync($"/v1/runs/{run.Text("id")}/model.onnx"));
        using var input = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length / manifest.Columns.Count, manifest.Columns.Count]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [manifest.Input.Name!], [input], [manifest.Output.Name]);
        var probabilities = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        return [.. probabilities.Chunk(manifest.Labels.Count).Select(row => manifest.Labels[row.AsSpan().IndexOf(row.Max())])];
    }
}
