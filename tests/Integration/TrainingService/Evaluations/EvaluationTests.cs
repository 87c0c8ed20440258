using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.TrainingService.Evaluations;

public class EvaluationTests
{
    private JudgedModel model = null!;

    [SetUp]
    public async Task MakeAsync() => model = await JudgedModel.NewAsync();

    [TearDown]
    public void Leave() => model.Dispose();

    [Test]
    public async Task A_version_is_judged_on_the_reference_and_the_test_side_by_the_suites_own_inference()
    {
        var version = await model.RegisterAsync(a: 0, b: 4); // right on nine rows of ten

        var queued = await model.PostEvaluationAsync(version).ReadAsync(HttpStatusCode.Accepted);
        var run = await model.WaitAsync(Guid.Parse(queued.Text("run")));

        Assert.That(run.Text("status"), Is.EqualTo("succeeded"), $"{run}");
        var evaluation = (await model.Http.GetAsync($"/v1/registry/models/{model.Name}/versions/{version}/evaluations").ReadAsync()).AsArray().Single()!;
        Assert.That(Rows(evaluation["reference"]!), Is.EqualTo(40), "a fifth of each class");
        Assert.That(Rows(evaluation["test"]!), Is.EqualTo(16), "a tenth of what is left");
        Assert.That(Accuracy(evaluation["reference"]!), Is.InRange(0.75, 0.99));
        Assert.That(evaluation["reference"]!["confusion"]!.AsArray(), Has.Count.EqualTo(2));
        var shown = await model.VersionAsync(version);
        Assert.That(Accuracy(shown["evaluation"]!["reference"]!), Is.EqualTo(Accuracy(evaluation["reference"]!)));
        foreach (var (accept, start) in new[] { ("text/html", "<!doctype html>"), ("text/markdown", "#") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, run.Text("report")) { Headers = { { "Accept", accept } } };
            using var report = await model.Http.SendAsync(request);
            Assert.That(await report.Content.ReadAsStringAsync(), Does.StartWith(start).IgnoreCase.And.Contain(model.Name));
        }
    }

    [Test]
    public async Task The_accuracy_is_that_of_the_answers_row_by_row()
    {
        foreach (var (a, b, expected) in new[] { (4f, 0f, 1.0), (-4f, 0f, 0.0) })
        {
            var version = await model.RegisterAsync(a, b);
            await model.EvaluateAsync(version);
            Assert.That(Accuracy((await model.VersionAsync(version))["evaluation"]!["reference"]!), Is.EqualTo(expected));
        }
    }

    [Test]
    public async Task A_version_that_takes_columns_which_the_data_set_lacks_is_422_and_names_them()
    {
        var other = await NewDatasetAsync("a,c,label\n1,2,yes\n3,4,no\n");
        var problem = await model.PostEvaluationAsync(await model.RegisterAsync(1, 0), dataset: other).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Field(), Is.EqualTo("dataset"));
        Assert.That(problem.Text("detail"), Does.Contain("does not have: b."));
    }

    [Test]
    public async Task A_version_that_does_not_know_the_labels_is_422_and_names_them()
    {
        var other = await NewDatasetAsync("a,b,label\n1,2,cat\n3,4,dog\n");
        var problem = await model.PostEvaluationAsync(await model.RegisterAsync(1, 0), dataset: other).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Text("detail"), Does.Contain("cat, dog").And.Contain("no, yes"));
    }

    [Test]
    public async Task A_category_where_the_version_takes_a_number_is_422()
    {
        var other = await NewDatasetAsync("a,b,label\n1,blue,yes\n3,red,no\n");
        var problem = await model.PostEvaluationAsync(await model.RegisterAsync(1, 0), dataset: other).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Text("detail"), Does.Contain("b (number, not category)"));
    }

    [Test]
    public async Task Data_sets_and_private_models_of_others_are_not_there()
    {
        using var other = await JudgedModel.NewAsync();
        var version = await model.RegisterAsync(1, 0, owner: model.Subject);
        Assert.That(await model.PostEvaluationAsync(version, dataset: other.Dataset.ToString()).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await other.PostEvaluationAsync(version, model.Name).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await other.Http.GetAsync($"/v1/registry/models/{model.Name}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await other.PromoteAsync(model.Http, version).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), "a model that does not exist");
    }

    [Test]
    public async Task Two_versions_are_compared_on_the_same_rows()
    {
        var (good, poor) = (await model.RegisterAsync(4, 0), await model.RegisterAsync(-4, 0));
        var path = $"/v1/registry/models/{model.Name}/compare?a={good}&b={poor}";
        await model.EvaluateAsync(good);
        var early = await model.Http.GetAsync(path).ReadAsync(HttpStatusCode.Conflict);
        await model.EvaluateAsync(poor);

        var compared = await model.Http.GetAsync(path).ReadAsync();

        Assert.That(early.Text("code"), Is.EqualTo("not-evaluated"));
        Assert.That(early.Text("detail"), Does.Contain($"version {poor} was never evaluated"));
        Assert.That(Number(compared, "different"), Is.EqualTo(40));
        Assert.That(compared["rows"]!.AsArray().Select(row => row!.Text("label") == row!.Text("a") && row!.Text("label") != row!.Text("b")), Is.All.True.And.Exactly(40).Items);
        Assert.That(compared["firstAgainstSecond"]!["passed"]!.GetValue<bool>(), Is.True);
        Assert.That(compared["secondAgainstFirst"]!["passed"]!.GetValue<bool>(), Is.False);
        Assert.That(compared["secondAgainstFirst"]!["test"]!["worsePValue"]!.GetValue<double>(), Is.LessThan(0.001));
        Assert.That(await model.Http.GetAsync($"/v1/registry/models/{model.Name}/compare?a={good}&b=99").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    private async Task<string> NewDatasetAsync(string csv)
    {
        var created = await model.Http.PostAsync("/v1/datasets", JudgedModel.Json($$"""{"name": "set-{{Guid.NewGuid():N}}x", "kind": "tabular"}""")).ReadAsync(HttpStatusCode.Created);
        using var content = new StringContent(csv, System.Text.Encoding.UTF8, "text/csv");
        await model.Http.PostAsync($"/v1/datasets/{created.Text("id")}/labels", content).ReadAsync();
        return created.Text("id");
    }

    private static int Rows(JsonNode report) => Number(report, "rows");

    private static int Number(JsonNode node, string member) => node[member]!.GetValue<int>();

    private static double Accuracy(JsonNode report) => report["accuracy"]!.GetValue<double>();
}
