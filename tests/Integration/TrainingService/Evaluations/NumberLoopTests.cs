using System.Net;
using System.Text.Json.Nodes;
using Integration.InferenceService;
using Integration.TrainingService.Runs;
using NUnit.Framework;

namespace Integration.TrainingService.Evaluations;

/// <summary>Labels that are numbers, from the post to what InferenceService answers: trained, judged, promoted, and refused when they are poisoned.</summary>
public sealed class NumberLoopTests
{
    private const string Promoted = """{"learner": "linear-regression", "promote": true}""";

    private static TrainingApplication Training => JudgedModel.Training;

    [Test]
    public async Task What_is_trained_goes_live_and_is_served_as_a_score()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(400), Training);
        await PutGatesAsync(trainee, """{"maxMeanAbsoluteError": 0.2, "maxRootMeanSquaredError": 0.3, "minR2": 0.8}""");

        var run = await trainee.TrainAsync(Promoted);

        Assert.That(run["result"]!["promoted"]!.GetValue<bool>(), Is.True, $"{run["result"]!["reasons"]}");
        var answer = await PredictAsync(run.Text("model"), "1");
        var prediction = answer["predictions"]!.AsArray().Single()!;
        Assert.That(prediction["score"]!.GetValue<double>(), Is.EqualTo(3.5).Within(0.1), "3 * 0.5 + 2 * 0.5 + 1");
        Assert.That((prediction["label"], prediction["confidence"]), Is.EqualTo(((JsonNode?)null, (JsonNode?)null)));
    }

    [Test]
    public async Task Poisoned_labels_are_refused_with_the_reasons_while_the_live_version_goes_on()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(400), Training);
        await PutGatesAsync(trainee, """{"maxMeanAbsoluteError": 0.5}""");
        var model = (await trainee.TrainAsync(Promoted)).Text("model");
        await trainee.Caller.PostCsvAsync(trainee.Dataset, Numbers.Rows(2000, seed: 2, spoilt: 0.6, factor: 10)).ReadAsync();

        var run = await trainee.TrainAsync("""{"learner": "gradient-boosted-trees", "promote": true}""");

        Assert.That(run["result"]!["promoted"]!.GetValue<bool>(), Is.False);
        Assert.That(run["result"]!["reasons"]!.AsArray().Select(reason => reason!.GetValue<string>()), Has.Exactly(2).Items
            .And.Some.Match(@"^mean absolute error \d+(\.\d+)? is over maxMeanAbsoluteError 0\.5$")
            .And.Some.Match(@"^mean absolute error \d+(\.\d+)?, of version 1 0\.\d+ on the same rows \(p < 0\.0001, of 8\d reference rows\)$"));
        Assert.That(await Training.StatesAsync(model), Is.EqualTo("2 refused, 1 live"));
        Assert.That((await PredictAsync(model, "1")).Text("version"), Is.EqualTo("1"));
        Assert.That((await Training.VerificationAsync(model)).GetProperty("holds").GetBoolean(), Is.True);
        Assert.That(await trainee.Http.GetStringAsync($"/v1/runs/{run.Text("id")}/report"), Does.Contain("It was refused").And.Contain("is over maxMeanAbsoluteError"));
    }

    [Test]
    public async Task A_version_that_is_further_from_the_numbers_than_the_live_one_is_refused_without_any_gate_of_figures()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(400), Training);
        var model = (await trainee.TrainAsync(Promoted)).Text("model");

        var run = await trainee.TrainAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 1}, "promote": true}""");
        var again = await trainee.TrainAsync(Promoted);

        Assert.That(run["result"]!["reasons"]!.AsArray().Single()!.GetValue<string>(), Does.Match(@"^mean absolute error .* of version 1 .*p < 0\.0001"));
        Assert.That(again["result"]!["promoted"]!.GetValue<bool>(), Is.True, "what is as good may take its place");
        Assert.That(await Training.StatesAsync(model), Is.EqualTo("3 live, 2 refused, 1 archived"));
    }

    [Test]
    public async Task A_version_is_judged_by_the_suites_own_inference_as_its_run_judged_it()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(400), Training);
        var run = await trainee.TrainAsync(Promoted);

        var queued = await trainee.Http.PostAsync($"/v1/registry/models/{run.Text("model")}/versions/1/evaluations", null).ReadAsync(HttpStatusCode.Accepted);
        var evaluated = await trainee.WaitAsync(queued.Text("run"));

        Assert.That(evaluated.Text("task"), Is.EqualTo("tabular-regression"));
        var evaluations = (await trainee.Caller.GetAsync($"/v1/registry/models/{run.Text("model")}/versions/1/evaluations")).AsArray();
        var (newest, first) = (evaluations[0]!, evaluations[1]!);
        foreach (var side in (string[])["reference", "test"])
        {
            Assert.That(Number(newest[side]!, "rows"), Is.EqualTo(Number(first[side]!, "rows")), side);
            Assert.That(Number(newest[side]!, "meanAbsoluteError"), Is.EqualTo(Number(first[side]!, "meanAbsoluteError")).Within(1e-4), side);
            Assert.That(newest[side]!["residuals"]!.AsArray(), Is.Not.Empty);
        }
        var shown = (await trainee.Caller.GetAsync($"/v1/registry/models/{run.Text("model")}"))["versions"]![0]!["evaluation"]!["reference"]!;
        Assert.That(Number(shown, "r2"), Is.EqualTo(Number(newest["reference"]!, "r2")));
        Assert.That(await trainee.Http.GetStringAsync($"/v1/runs/{queued.Text("run")}/report"), Does.Contain("Mean absolute error"));
    }

    [Test]
    public async Task Two_versions_are_compared_by_their_errors_on_the_same_rows()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(400), Training);
        var model = (await trainee.TrainAsync(Promoted)).Text("model");
        await trainee.TrainAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 1}}""");

        var compared = await trainee.Caller.GetAsync($"/v1/registry/models/{model}/compare?a=1&b=2");

        Assert.That(compared["firstAgainstSecond"]!["passed"]!.GetValue<bool>(), Is.True);
        Assert.That(compared["secondAgainstFirst"]!["passed"]!.GetValue<bool>(), Is.False);
        Assert.That(Number(compared["secondAgainstFirst"]!, "gain"), Is.EqualTo(Number(compared["a"]!["reference"]!, "meanAbsoluteError") - Number(compared["b"]!["reference"]!, "meanAbsoluteError")).Within(1e-6));
        Assert.That(Number(compared, "different"), Is.GreaterThan(70));
        var differences = compared["rows"]!.AsArray().Select(row => Math.Abs(Number(row!, "a") - Number(row!, "b"))).ToArray();
        Assert.That(differences, Is.Ordered.Descending, "those first that differ most");
        Assert.That(compared["rows"]!.AsArray().Select(row => Number(row!, "label")), Is.All.InRange(-0.2, 6.2));
    }

    [Test]
    public async Task A_version_of_classes_does_not_fit_and_one_of_numbers_fits_no_classes()
    {
        using var judged = await JudgedModel.NewAsync(perClass: 30);
        var classes = await judged.RegisterAsync(4, 0);
        using var numbers = await Trainee.NewAsync("a,b,label\n1,2,0.5\n2,3,1.5\n", Training, role: "analyst");

        var problem = await numbers.Http.PostAsync($"/v1/registry/models/{judged.Name}/versions/{classes}/evaluations", JudgedModel.Json($$"""{"dataset": "{{numbers.DatasetId}}"}""")).ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That((problem.Field(), problem.Text("detail")), Is.EqualTo(("dataset", "The version is for tabular-classification; the data set holds what tabular-regression takes.")));
    }

    private static Task<JsonNode> PutGatesAsync(Trainee trainee, string gates) => trainee.Http.PutAsync($"{trainee.Dataset}/policy", JudgedModel.Json($$"""{"gates": {{gates}}}""")).ReadAsync();

    private static Task<JsonNode> PredictAsync(string model, string version) => Eventually.SeeAsync(
        $"version {version} serves",
        async () =>
        {
            var answer = await JudgementServices.Suite.Inference.Caller.PostAsync($"/v1/models/{model}/predict", JudgedModel.Json("""{"rows": [{"x": 0.5, "y": 0.5, "z": 0.1, "colour": "red"}]}"""));
            return answer.IsSuccessStatusCode ? await answer.ReadAsync() : JsonValue.Create((int)answer.StatusCode);
        },
        served => served is JsonObject && served.Text("version") == version, log: () => JudgementServices.Suite.Inference.Log);

    private static double Number(JsonNode node, string member) => node[member]!.GetValue<double>();
}
