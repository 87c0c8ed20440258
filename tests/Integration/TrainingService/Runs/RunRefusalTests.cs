using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.TrainingService.Runs;

/// <summary>What can't be trained is told at once, and names what is wrong and what there is instead.</summary>
public sealed class RunRefusalTests
{
    private Trainee trainee = null!;

    [OneTimeSetUp]
    public async Task PostAsync() => trainee = await Trainee.NewAsync(Trainee.Rows(1200));

    [OneTimeTearDown]
    public void Leave() => trainee.Dispose();

    [TestCase("""{"learner": "crystal-ball"}""", "learner", "logistic-regression or gradient-boosted-trees")]
    [TestCase("""{}""", "learner", "logistic-regression or gradient-boosted-trees")]
    [TestCase("""{"learner": "image-head"}""", "learner", "for a data set of rows")]
    [TestCase("""{"learner": "logistic-regression", "backbone": "mask-detector"}""", "backbone", "images")]
    [TestCase("""{"learner": "logistic-regression", "augment": 2}""", "augment", "images")]
    public Task A_learner_that_does_not_fit_the_data_is_refused_with_those_that_do(string body, string field, string reason) => Refused(body, field, reason);

    [TestCase("""{"learner": "logistic-regression", "parameters": {"depth": 3}}""", "parameters.depth", "there are l2, maxIterations, tolerance, classWeights")]
    [TestCase("""{"learner": "gradient-boosted-trees", "parameters": {"maxDepth": 99}}""", "parameters.maxDepth", "a whole number from 1 to 16")]
    [TestCase("""{"learner": "gradient-boosted-trees", "parameters": {"maxDepth": "deep"}}""", "parameters.maxDepth", "a whole number from 1 to 16")]
    [TestCase("""{"learner": "gradient-boosted-trees", "parameters": {"classWeights": "fair"}}""", "parameters.classWeights", "one of none, balanced")]
    public Task A_parameter_that_the_learner_does_not_take_is_refused_with_what_it_takes(string body, string field, string reason) => Refused(body, field, reason);

    [TestCase("""{"learner": "logistic-regression", "grid": {"depth": [1]}}""", "grid.depth", "there are l2")]
    [TestCase("""{"learner": "logistic-regression", "grid": {"l2": []}}""", "grid.l2", "no value")]
    [TestCase("""{"learner": "logistic-regression", "parameters": {"l2": 1}, "grid": {"l2": [1, 2]}}""", "grid.l2", "leave one out")]
    [TestCase("""{"learner": "gradient-boosted-trees", "grid": {"maxDepth": [1,2,3,4,5,6,7,8,9,10,11], "l2": [1,2,3]}}""", "grid", "33 combinations; 32 are the most")]
    public Task A_grid_that_is_none_or_too_large_is_refused(string body, string field, string reason) => Refused(body, field, reason);

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(21)]
    [TestCase(-3)]
    public Task Folds_that_are_too_few_or_too_many_are_refused(int folds) =>
        Refused(string.Create(CultureInfo.InvariantCulture, $$"""{"learner": "logistic-regression", "folds": {{folds}}}"""), "folds", "3 to 20");

    [TestCase("No Capitals")]
    [TestCase("../up")]
    public Task A_name_that_no_model_can_have_is_refused(string name) => Refused($$"""{"learner": "logistic-regression", "model": "{{name}}"}""", "model", "lower-case letters");

    [Test]
    public Task A_name_that_is_kept_for_what_images_are_learned_from_is_refused() =>
        Refused("""{"learner": "logistic-regression", "model": "mask-detector-embedding"}""", "model", "the suite's");

    [Test]
    public Task What_would_take_more_memory_than_allowed_is_refused_before_it_starts() =>
        Refused("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 10000, "maxDepth": 16}}""", "rows", "Runs:MemoryLimitBytes allows 1024 MiB");

    [Test]
    public async Task A_misspelt_field_is_told()
    {
        var problem = await trainee.PostRunAsync("""{"lerner": "logistic-regression"}""").ReadAsync(HttpStatusCode.BadRequest);
        Assert.That(problem.Field(), Is.EqualTo("lerner"));
    }

    [Test]
    public async Task A_run_on_a_set_without_labels_is_refused()
    {
        using var empty = await Trainee.NewAsync("");
        var problem = await empty.PostRunAsync("""{"learner": "logistic-regression"}""").ReadAsync(HttpStatusCode.Conflict);
        Assert.That(problem.Text("code"), Is.EqualTo("no-labels"));
    }

    [Test]
    public async Task One_class_only_is_refused()
    {
        using var single = await Trainee.NewAsync("x,label\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"{i},yes\n")));
        await Refused(single, """{"learner": "logistic-regression"}""", "label", "nothing to tell apart");
    }

    [Test]
    public async Task A_class_of_fewer_than_ten_rows_is_refused_by_its_name()
    {
        using var few = await Trainee.NewAsync("x,label\n" + string.Concat(Enumerable.Range(0, 39).Select(i => $"{i},{(i < 9 ? "rare" : "often")}\n")));
        await Refused(few, """{"learner": "logistic-regression"}""", "label", "Class 'rare' has 9 rows; 10 per class are the least");
    }

    [Test]
    public async Task A_model_that_another_data_set_trains_is_taken()
    {
        using var other = await Trainee.NewAsync(Trainee.Rows(300));
        var model = (await other.TrainAsync()).Text("model");

        var problem = await trainee.PostRunAsync($$"""{"learner": "logistic-regression", "model": "{{model}}"}""").ReadAsync(HttpStatusCode.Conflict);

        Assert.That(problem.Text("code"), Is.EqualTo("model-taken"));
    }

    [TestCase(12)]
    [TestCase(14)]
    public async Task A_class_that_has_too_few_rows_beside_those_it_is_judged_by_is_refused(int rows)
    {
        using var few = await Trainee.NewAsync("x,label\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{(i < rows ? "rare" : "often")}\n")));
        await Refused(few, """{"learner": "logistic-regression"}""", "label", $"Class 'rare' has {rows} rows");
    }

    [Test]
    public async Task As_many_rows_of_a_class_as_leave_ten_to_train_on_will_do()
    {
        using var enough = await Trainee.NewAsync("x,label\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{(i < 15 ? "rare" : "often")}\n")));
        Assert.That((await enough.TrainAsync())["result"]!["rows"]!["train"]!.GetValue<int>(), Is.GreaterThanOrEqualTo(20));
    }

    [Test]
    public async Task A_class_all_of_whose_rows_are_like_those_it_is_judged_by_fails_the_run_with_the_reason()
    {
        var rare = Enumerable.Range(0, 25).Select(i => $"{i},rare,{(i < 10 ? "true" : "false")}\n");
        var often = Enumerable.Range(0, 60).Select(i => $"{i},often,{(i < 25 ? "true" : "false")}\n");
        using var few = await Trainee.NewAsync("x,label,trusted\n" + string.Concat(rare.Concat(often)));

        var run = await few.WaitAsync(await few.StartAsync(), "failed");

        Assert.That(run["error"]!.Text("code"), Is.EqualTo("bad-data"));
        Assert.That(run["error"]!.Text("field"), Is.EqualTo("label"));
        Assert.That(run["error"]!.Text("message"), Does.Contain("label 'often'; there is nothing to tell apart"));
        var events = await RunServices.Events.WaitForAsync(run.Text("id"), 2, () => few.Log);
        Assert.That(events[1].RoutingKey, Is.EqualTo("training.failed"));
        Assert.That(events[1].Body.GetProperty("code").GetString(), Is.EqualTo("bad-data"));
    }

    [Test]
    public async Task A_data_set_may_have_only_so_many_runs_waiting()
    {
        using var busy = await Trainee.NewAsync(Trainee.Many);
        var first = await busy.StartEndlessAsync();
        await busy.WaitUntilTrainingAsync(first); // one worker, which is taken
        var open = new List<string> { first };
        HttpResponseMessage answer;
        while ((answer = await busy.PostRunAsync("""{"learner": "logistic-regression"}""")).StatusCode == HttpStatusCode.Accepted)
            open.Add((await answer.ReadAsync(HttpStatusCode.Accepted)).Text("id"));

        var problem = await answer.ReadAsync(HttpStatusCode.TooManyRequests);

        Assert.That(problem.Text("code"), Is.EqualTo("too-many-runs"));
        Assert.That(open, Has.Count.EqualTo(20));
        foreach (var run in open.AsEnumerable().Reverse())
            await busy.Http.DeleteAsync($"/v1/runs/{run}").ReadAsync();
    }

    private Task Refused(string body, string field, string reason) => Refused(trainee, body, field, reason);

    private static async Task Refused(Trainee who, string body, string field, string reason)
    {
        JsonNode problem = await who.PostRunAsync(body).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Field(), Is.EqualTo(field), problem.ToJsonString());
        Assert.That(problem.Text("detail"), Does.Contain(reason));
    }
}
