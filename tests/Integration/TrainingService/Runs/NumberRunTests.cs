using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using InferenceService.Models;
using Microsoft.ML.OnnxRuntime;
using NUnit.Framework;

namespace Integration.TrainingService.Runs;

/// <summary>Runs on labels that are numbers, from the request to a version that can be served, and what they leave.</summary>
public sealed class NumberRunTests
{
    private const string Linear = """{"learner": "linear-regression"}""";

    [TestCase("linear-regression", 0.1)]
    [TestCase("gradient-boosted-trees", 0.4)]
    public async Task A_run_makes_a_version_that_is_checked_judged_and_ready_to_serve(string learner, double allowed)
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(600));

        var run = await trainee.TrainAsync($$"""{"learner": "{{learner}}"}""");

        var result = run["result"]!;
        var reference = result["reference"]!;
        Assert.That(run.Text("task"), Is.EqualTo("tabular-regression"));
        Assert.That(Number(reference, "meanAbsoluteError"), Is.InRange(0.01, allowed));
        Assert.That(Number(reference, "rootMeanSquaredError"), Is.GreaterThanOrEqualTo(Number(reference, "meanAbsoluteError")));
        Assert.That(Number(reference, "r2"), Is.InRange(0.8, 1));
        Assert.That(Number(reference, "spearman"), Is.InRange(0.8, 1));
        Assert.That(Number(reference, "rows"), Is.EqualTo(Number(result["rows"]!, "reference")).And.InRange(120, 130), "a fifth of each tenth");
        Assert.That(result["rows"]!.AsObject().Sum(side => side.Value!.GetValue<int>()), Is.EqualTo(600));
        Assert.That(Number(result["export"]!, "largestDifference"), Is.LessThanOrEqualTo(1e-4));
        Assert.That(Number(result["crossValidation"]!["meanAbsoluteError"]!, "mean"), Is.InRange(0.01, allowed), "a small set");
        Assert.That((reference["accuracy"], result["classes"], result["confusion"]), Is.EqualTo(((JsonNode?)null, (JsonNode?)null, (JsonNode?)null)), "nothing of classes");

        var version = await VersionAsync(run);
        Assert.That(Number(version["metrics"]!, "meanAbsoluteError"), Is.EqualTo(Number(reference, "meanAbsoluteError")));
        var manifest = ModelManifest.Parse(version["manifest"].Deserialize<JsonElement>());
        Assert.That((manifest.Task, manifest.Labels.Count, manifest.Output.Name, manifest.Output.Activation), Is.EqualTo((ModelTask.TabularRegression, 0, "score", Activation.None)));
        Assert.That(await ScoreAsync(trainee, run, manifest, [0.5f, 0.5f, 0.1f, Red(manifest)]), Is.EqualTo(3.5).Within(allowed));
    }

    [Test]
    public async Task The_report_is_there_for_people_and_for_machines_with_its_pictures()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(300));
        var run = await trainee.TrainAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 50}}""");

        var html = await ReportAsync(trainee, run, "text/html");
        var markdown = await ReportAsync(trainee, run, "text/markdown");
        var json = JsonNode.Parse(await ReportAsync(trainee, run, "application/json"))!;

        Assert.That(html, Does.Contain("gradient-boosted-trees").And.Contain("Mean absolute error").And.Not.Contain("Accuracy").And.Not.Contain("NaN"));
        Assert.That(json["reference"]!["residuals"]!.AsArray().Sum(bin => bin!["rows"]!.GetValue<int>()), Is.EqualTo(Number(run["result"]!["reference"]!, "rows")));
        Assert.That(json["reference"]!["sample"]!.AsArray(), Is.Not.Empty);
        Assert.That(Number(json["test"]!, "meanAbsoluteError"), Is.EqualTo(Number(run["result"]!["test"]!, "meanAbsoluteError")));
        var pictures = markdown.Split("plots/").Skip(1).Select(rest => rest.Split(".svg")[0]).ToArray();
        Assert.That(pictures, Has.Length.GreaterThanOrEqualTo(5).And.None.EqualTo("confusion"));
        foreach (var picture in pictures)
        {
            var plot = await trainee.Http.GetAsync($"/v1/runs/{run.Text("id")}/plots/{picture}.svg");
            Assert.That((plot.StatusCode, plot.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.OK, "image/svg+xml")), picture);
        }
    }

    [Test]
    public async Task The_history_of_a_data_set_has_the_errors_of_its_runs_with_the_number_of_labels()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(200));
        await trainee.TrainAsync(Linear);
        await trainee.Caller.PostCsvAsync(trainee.Dataset, Numbers.Rows(200, seed: 2)).ReadAsync();
        var run = await trainee.TrainAsync(Linear);

        var items = (await trainee.Caller.GetAsync($"{trainee.Dataset}/runs"))["items"]!.AsArray();

        Assert.That(items.Select(item => (item!["labels"]!.GetValue<int>(), item.Text("task"))), Is.EqualTo(new[] { (400, "tabular-regression"), (200, "tabular-regression") }));
        foreach (var figure in (string[])["meanAbsoluteError", "rootMeanSquaredError", "r2", "spearman"])
            Assert.That(Number(items[0]!, figure), Is.EqualTo(Number(run["result"]!["reference"]!, figure)), figure);
        Assert.That((items[0]!["accuracy"], items[0]!["confusion"]), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
    }

    [Test]
    public async Task Of_classes_the_history_has_no_task_and_no_errors()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(300));
        await trainee.TrainAsync();
        var item = (await trainee.Caller.GetAsync($"{trainee.Dataset}/runs"))["items"]!.AsArray().Single()!.AsObject();
        Assert.That(item.Select(member => member.Key), Is.EqualTo((string[])["id", "kind", "status", "cause", "learner", "model", "version", "labels", "accuracy", "accuracyInterval",
            "precision", "recall", "f1", "rocAuc", "confusion", "createdAt", "finishedAt"]));
    }

    [Test]
    public async Task Who_watches_gets_progress_with_the_error_as_the_loss()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(300));
        var run = await trainee.StartAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 30}}""");

        var text = await trainee.Http.GetStringAsync($"/v1/runs/{run}/events");

        var last = JsonNode.Parse(text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1].Split("data: ")[1])!;
        Assert.That((last.Text("status"), last.Text("task")), Is.EqualTo(("succeeded", "tabular-regression")), text);
    }

    [Test]
    public async Task With_a_grid_the_combination_with_the_lowest_error_is_trained()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(300));
        var run = await trainee.TrainAsync("""{"learner": "linear-regression", "grid": {"l2": [0.0001, 1000]}, "folds": 3}""");
        Assert.That(Number(run["result"]!["parameters"]!, "l2"), Is.EqualTo(0.0001));
        Assert.That(run["result"]!["search"]!["tried"]!.AsArray().Select(tried => Number(tried!["rootMeanSquaredError"]!, "mean")), Is.Ordered.Ascending);
    }

    [Test]
    public async Task The_same_labels_parameters_and_seed_give_the_same_file()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(200));
        var (first, second) = (await trainee.TrainAsync(Linear), await trainee.TrainAsync(Linear));
        Assert.That(second["result"]!.Text("sha256"), Is.EqualTo(first["result"]!.Text("sha256")));
    }

    [Test]
    public async Task The_end_is_announced_without_an_accuracy()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(200));
        var run = await trainee.TrainAsync(Linear);
        var events = await RunServices.Events.WaitForAsync(run.Text("id"), 2, () => trainee.Log);
        Assert.That(events[1].RoutingKey, Is.EqualTo("training.completed"));
        Assert.That(events[1].Body.TryGetProperty("accuracy", out var accuracy) && accuracy.ValueKind != JsonValueKind.Null, Is.False);
    }

    [Test]
    public async Task What_is_described_says_what_reports_of_either_kind_are()
    {
        var schemas = (await RunServices.Training.GetAsync("/openapi/v1.json")).GetProperty("components").GetProperty("schemas");
        Assert.That(schemas.GetProperty("RegressionReport").GetProperty("properties").TryGetProperty("meanAbsoluteError", out _), Is.True);
        Assert.That(schemas.GetProperty("EvaluationReport").GetProperty("properties").TryGetProperty("confusion", out _), Is.True);
        Assert.That(schemas.GetProperty("NumberChallenge").GetProperty("properties").TryGetProperty("gain", out _), Is.True);
        Assert.That(schemas.GetProperty("EvaluationView").GetProperty("properties").GetProperty("reference").GetRawText(), Does.Contain("IEvaluationReport").Or.Contain("RegressionReport"));
    }

    private static double Number(JsonNode node, string member) => node[member]!.GetValue<double>();

    private static float Red(ModelManifest manifest) => manifest.Columns[3].Values!.ToList().IndexOf("red");

    private static async Task<string> ReportAsync(Trainee trainee, JsonNode run, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/runs/{run.Text("id")}/report");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        using var answer = (await trainee.Http.SendAsync(request)).EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<JsonNode> VersionAsync(JsonNode run)
    {
        var model = await RunServices.Training.GetAsync($"/v1/registry/models/{run.Text("model")}");
        return JsonNode.Parse(model.GetRawText())!["versions"]!.AsArray().Single(version => version!.Text("version") == run.Text("version"))!;
    }

    /// <summary>What the file itself says of a row, as InferenceService would ask it.</summary>
    private static async Task<double> ScoreAsync(Trainee trainee, JsonNode run, ModelManifest manifest, float[] row)
    {
        using var session = new InferenceSession(await trainee.Http.GetByteArrayAsync($"/v1/runs/{run.Text("id")}/model.onnx"));
        using var input = OrtValue.CreateTensorValueFromMemory(row, [1, row.Length]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [manifest.Input.Name!], [input], [manifest.Output.Name]);
        return outputs[0].GetTensorDataAsSpan<float>()[0];
    }
}
