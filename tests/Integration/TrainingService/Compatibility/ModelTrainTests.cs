using System.Net;
using System.Text.Json.Nodes;
using Integration.TrainingService.Datasets;
using NUnit.Framework;

namespace Integration.TrainingService.Compatibility;

public class ModelTrainTests
{
    [Test]
    public async Task A_training_answers_the_number_of_labels_and_the_confusion_matrix()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync(DocumentUser.Rows(200)).ReadAsync();

        var kpis = await user.TrainAsync();

        Assert.That((kpis["labels"]!.GetValue<int>(), kpis.Text("status"), kpis["promoted"]!.GetValue<bool>()), Is.EqualTo((200, "succeeded", true)));
        var matrix = kpis["confusion_matrix"]!.AsArray().Select(row => row!.AsArray().Select(cell => cell!.GetValue<int>()).ToArray()).ToArray();
        Assert.That(matrix, Has.Length.EqualTo(2).And.All.Length.EqualTo(2));
        Assert.That(matrix[0][0] + matrix[1][1], Is.GreaterThan(4 * (matrix[0][1] + matrix[1][0])), "x tells the label");
        Assert.That(new[] { "true_negatives", "false_positives", "false_negatives", "true_positives" }.Select(name => kpis[name]!.GetValue<int>()), Is.EqualTo(matrix.SelectMany(row => row)));
        Assert.That(kpis["precision"]!.GetValue<double>(), Is.EqualTo(matrix[1][1] / (double)(matrix[0][1] + matrix[1][1])).Within(1e-9));
        Assert.That(kpis["recall"]!.GetValue<double>(), Is.EqualTo(matrix[1][1] / (double)(matrix[1][0] + matrix[1][1])).Within(1e-9));
    }

    [Test]
    public async Task The_same_rows_are_not_trained_on_twice_and_more_rows_are()
    {
        using var user = await DocumentUser.TrainedAsync();
        var first = await user.TrainAsync();
        Assert.That((await user.TrainAsync()).Text("run"), Is.EqualTo(first.Text("run")));

        await user.PostAsync(DocumentUser.Rows(100, seed: 2)).ReadAsync();
        var second = await user.Http.PostAsync("/model/train", null).ReadAsync();

        Assert.That((second["labels"]!.GetValue<int>(), second.Text("version")), Is.EqualTo((300, "2")));
    }

    [Test]
    public async Task Calls_at_once_are_one_training()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync(DocumentUser.Rows(200)).ReadAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => user.TrainAsync()));

        Assert.That(answers.Select(answer => answer.Text("run")).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task The_newest_model_serves_even_if_it_is_worse()
    {
        using var user = await DocumentUser.TrainedAsync(noise: 0);
        await user.PostAsync(DocumentUser.Rows(400, seed: 3, noise: 0.4)).ReadAsync();

        var second = await user.TrainAsync();

        Assert.That((second.Text("version"), second["promoted"]!.GetValue<bool>()), Is.EqualTo(("2", true)), "as in the system whose routes these are");
    }

    [Test]
    public async Task Gates_of_a_policy_hold_here_too()
    {
        using var analyst = await DocumentUser.NewAsync("analyst", "predict", "train");
        await analyst.PostAsync(DocumentUser.Rows(200, noise: 0.3)).ReadAsync();
        await analyst.Http.PutAsync("/v1/datasets/default/policy", DatasetCaller.Json("""{"gates": {"minPrecision": 0.99, "mustBeatLive": false}}""")).ReadAsync();

        var kpis = await analyst.TrainAsync();

        Assert.That(kpis["promoted"]!.GetValue<bool>(), Is.False);
        Assert.That(kpis["reasons"]!.ToJsonString(), Does.Contain("recision"));
    }

    [Test]
    public async Task Another_learner_is_a_query_away()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync(DocumentUser.Rows(200)).ReadAsync();
        Assert.That((await user.TrainAsync("?learner=gradient-boosted-trees")).Text("learner"), Is.EqualTo("gradient-boosted-trees"));
    }

    [Test]
    public async Task An_unknown_learner_is_refused_with_those_there_are()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync(DocumentUser.Rows(50)).ReadAsync();
        var refused = await user.Http.GetAsync("/model/train?learner=magic").ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That((refused.Field(), refused.Text("detail")), Is.EqualTo(("learner", "'learner' is logistic-regression or gradient-boosted-trees for a data set of rows.")));
    }

    [Test]
    public async Task Before_any_post_there_is_nothing_to_train_on()
    {
        using var user = await DocumentUser.NewAsync();
        Assert.That((await user.Http.GetAsync("/model/train").ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("no-labels"));
    }

    [Test]
    public async Task One_label_only_is_refused()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync("""[{"x": 1, "label": 1}, {"x": 2, "label": 1}]""").ReadAsync();
        var refused = await user.Http.GetAsync("/model/train").ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That((refused.Field(), refused.Text("detail")), Is.EqualTo(("label", "All 2 rows have the label '1'; there is nothing to tell apart.")));
    }

    [Test]
    public async Task Fewer_than_ten_rows_of_a_label_are_refused()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync(new JsonArray([.. Enumerable.Range(0, 40).Select(i => (JsonNode)new JsonObject { ["x"] = i, ["label"] = i < 9 ? 1 : 0 })]).ToJsonString()).ReadAsync();
        var refused = await user.Http.GetAsync("/model/train").ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That((refused.Field(), refused.Text("detail")), Is.EqualTo(("label", "Class '1' has 9 rows; 10 per class are the least, beside those it is judged by.")));
    }

    [Test]
    public async Task What_only_the_training_finds_out_is_told_too()
    {
        using var user = await DocumentUser.NewAsync();
        // What is judged by is like every row of the label 0, and nothing like it is trained on.
        var zeros = Enumerable.Range(0, 25).Select(i => (JsonNode)new JsonObject { ["x"] = i, ["label"] = 0, ["trusted"] = i < 10 });
        var ones = Enumerable.Range(0, 60).Select(i => (JsonNode)new JsonObject { ["x"] = i, ["label"] = 1, ["trusted"] = i < 25 });
        await user.PostAsync(new JsonArray([.. zeros, .. ones]).ToJsonString()).ReadAsync();

        var refused = await user.Http.GetAsync("/model/train").ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(refused.Field(), Is.EqualTo("label"));
        Assert.That(refused.Text("detail"), Does.Contain("label '1'; there is nothing to tell apart"));
        Assert.That((await user.KpisAsync())["runs"]![0]!.Text("status"), Is.EqualTo("failed"));
    }

    [Test]
    public async Task A_training_that_takes_longer_than_a_call_may_wait_is_answered_with_its_place()
    {
        using var packages = new PackageFolder();
        await using var training = await TrainingApplication.StartReadyAsync(
            packages, CompatibilityServices.Suite.Storage, settings: new Dictionary<string, string> { ["Compatibility:TrainWait"] = "00:00:00", ["Runs:Threads"] = "1" });
        using var user = await DocumentUser.NewAsync(training);
        await user.PostAsync(DocumentUser.Rows(100)).ReadAsync();

        using var started = await user.Http.GetAsync("/model/train");
        Assert.That(started.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await started.Content.ReadAsStringAsync());
        var place = started.Headers.Location!.OriginalString;
        Assert.That((await started.ReadAsync(HttpStatusCode.Accepted)).Text("location"), Is.EqualTo(place));

        var kpis = await Eventually.SeeAsync("the training is done", async () =>
        {
            using var answer = await user.Http.GetAsync(place);
            return answer.StatusCode == HttpStatusCode.OK ? await answer.ReadAsync() : null;
        }, answer => answer is not null, TimeSpan.FromSeconds(60), () => training.Log);
        Assert.That(kpis!["labels"]!.GetValue<int>(), Is.EqualTo(100));
    }

    [Test]
    public async Task Kpis_are_the_history_of_trainings_as_json_and_as_csv()
    {
        using var user = await DocumentUser.TrainedAsync();
        await user.PostAsync(DocumentUser.Rows(100, seed: 2)).ReadAsync();
        await user.TrainAsync();

        var runs = (await user.KpisAsync())["runs"]!.AsArray();
        var csv = (await user.Http.GetStringAsync("/model/kpis?format=csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.That(runs.Select(run => run!["labels"]!.GetValue<int>()), Is.EqualTo(new[] { 300, 200 }), "newest first");
        Assert.That(runs.Select(run => run!["precision"]!.GetValue<double>()), Has.All.InRange(0.5, 1));
        Assert.That(csv, Has.Length.EqualTo(3));
        Assert.That(csv[0].Split(','), Does.Contain("labels").And.Contain("precision"));
        Assert.That(csv[1].Split(',')[3], Is.EqualTo("300"));
        Assert.That(csv[1].Split(','), Has.Length.EqualTo(csv[0].Split(',').Length));
    }

    [Test]
    public async Task Without_trainings_the_history_is_empty()
    {
        using var user = await DocumentUser.NewAsync();
        Assert.That((await user.KpisAsync())["runs"]!.AsArray(), Is.Empty);
        Assert.That((await user.Http.GetAsync("/model/kpis?format=pdf").ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo("format"));
    }

    [Test]
    public async Task A_training_is_its_owners_alone()
    {
        using var user = await DocumentUser.TrainedAsync();
        using var other = await DocumentUser.TrainedAsync(rows: 100);
        var run = (await user.TrainAsync()).Text("run");

        Assert.That((await user.Http.GetAsync($"/model/train/{run}").ReadAsync()).Text("run"), Is.EqualTo(run));
        await other.Http.GetAsync($"/model/train/{run}").ReadAsync(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task With_auto_train_a_post_is_followed_by_a_training()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync(DocumentUser.Rows(200), "?autoTrain=true").ReadAsync();

        var first = await SeeTrainingsAsync(user, 1);
        await user.PostAsync(DocumentUser.Rows(50, seed: 2)).ReadAsync();
        var second = await SeeTrainingsAsync(user, 2);

        Assert.That((first[0]!["labels"]!.GetValue<int>(), second[0]!["labels"]!.GetValue<int>()), Is.EqualTo((200, 250)));
        Assert.That((await user.TestAsync(DocumentUser.Row(0.8)).ReadAsync()).Text("version"), Is.EqualTo(second[0]!.Text("version")), "and by it the next row is predicted");
    }

    private static async Task<JsonArray> SeeTrainingsAsync(DocumentUser user, int count) => (await Eventually.SeeAsync(
        $"{count} trainings", user.KpisAsync, kpis => kpis["runs"]!.AsArray().Count(run => run!.Text("status") == "succeeded") == count, TimeSpan.FromSeconds(60), () => CompatibilityServices.Suite.Training.Log))["runs"]!.AsArray();
}
