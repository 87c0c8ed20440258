using System.Net;
using Integration.TrainingService.Datasets;
using NUnit.Framework;

namespace Integration.TrainingService.Policies;

public class PolicyTests
{
    private const string Full = """
        {"model":"churn-model","autoTrain":{"minNewLabels":10,"debounceSeconds":600,"learner":"logistic-regression","parameters":{"l2":0.001},"seed":7,"augment":0,"promote":false},"gates":{"minPrecision":0.8,"minRecall":0.5,"minAccuracy":0.9,"minF1":0.7,"mustBeatLive":false},"onLowQuality":"rollback","feedback":"review"}
        """;

    private DatasetCaller caller = null!;
    private string dataset = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        caller = await PolicyServices.CallerAsync();
        dataset = await caller.CreateAsync();
    }

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task A_policy_is_read_as_it_was_put_and_can_be_put_again()
    {
        var put = await caller.PutPolicyAsync(dataset, Full).ReadAsync();
        Assert.That(put["policy"]!.ToJsonString(), Is.EqualTo(Full.Trim()));
        Assert.That((put.Text("model"), put.Text("changedBy")), Is.EqualTo(("churn-model", caller.Subject)));

        var read = await caller.GetAsync($"{dataset}/policy");
        Assert.That(read["policy"]!.ToJsonString(), Is.EqualTo(Full.Trim()));
        await caller.PutPolicyAsync(dataset, read["policy"]!.ToJsonString()).ReadAsync();
    }

    [Test]
    public async Task A_policy_replaces_the_one_before_and_what_it_leaves_out_has_its_default()
    {
        await caller.PutPolicyAsync(dataset, Full).ReadAsync();
        var put = await caller.PutPolicyAsync(dataset, "{}").ReadAsync();
        Assert.That(put["policy"]!.ToJsonString(), Is.EqualTo("""{"onLowQuality":"alert","feedback":"off"}"""));
        Assert.That(put["dueAt"], Is.Null);
    }

    [Test]
    public async Task A_policy_that_is_deleted_is_gone()
    {
        await caller.PutPolicyAsync(dataset, Full).ReadAsync();
        Assert.That(await caller.Http.DeleteAsync($"{dataset}/policy").StatusAsync(), Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await caller.Http.GetAsync($"{dataset}/policy").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await caller.Http.DeleteAsync($"{dataset}/policy").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("""{"autoTrain": {"minNewLabels": 0, "learner": "logistic-regression"}}""", "autoTrain.minNewLabels", "at least 1", TestName = "No_new_labels_at_all")]
    [TestCase("""{"autoTrain": {"learner": "logistic-regression"}}""", "autoTrain.minNewLabels", "at least 1", TestName = "Number_of_new_labels_left_out")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5, "debounceSeconds": -1, "learner": "logistic-regression"}}""", "autoTrain.debounceSeconds", "0 to 86400", TestName = "Negative_debounce")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5, "debounceSeconds": 86401, "learner": "logistic-regression"}}""", "autoTrain.debounceSeconds", "0 to 86400", TestName = "Debounce_of_more_than_a_day")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5}}""", "autoTrain.learner", "logistic-regression or gradient-boosted-trees", TestName = "No_learner")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5, "learner": "oracle"}}""", "autoTrain.learner", "logistic-regression or gradient-boosted-trees", TestName = "Unknown_learner")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5, "learner": "image-head"}}""", "autoTrain.learner", "for a data set of rows", TestName = "Learner_of_images_for_rows")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5, "learner": "logistic-regression", "parameters": {"depth": 3}}}""", "autoTrain.parameters.depth", "l2, maxIterations, tolerance", TestName = "Unknown_parameter")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5, "learner": "logistic-regression", "parameters": {"maxIterations": -4}}}""", "autoTrain.parameters.maxIterations", "a whole number from", TestName = "Parameter_out_of_range")]
    [TestCase("""{"autoTrain": {"minNewLabels": 5, "learner": "logistic-regression", "augment": 3}}""", "autoTrain.augment", "images", TestName = "Augmentation_of_rows")]
    [TestCase("""{"gates": {"minPrecision": 1.01}}""", "gates.minPrecision", "0 to 1", TestName = "Gate_over_one")]
    [TestCase("""{"gates": {"minAccuracy": -0.1}}""", "gates.minAccuracy", "0 to 1", TestName = "Gate_under_zero")]
    [TestCase("""{"model": "Not A Name"}""", "model", "lower-case letters", TestName = "Name_that_no_model_can_have")]
    [TestCase("""{"model": "mask-detector-embedding"}""", "model", "the suite's", TestName = "Name_of_what_images_are_learned_from")]
    public async Task What_a_policy_can_t_say_is_422_that_names_it(string policy, string field, string says)
    {
        var problem = await caller.PutPolicyAsync(dataset, policy).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Field(), Is.EqualTo(field));
        Assert.That(problem.Text("detail"), Does.Contain(says));
        Assert.That(await caller.Http.GetAsync($"{dataset}/policy").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), "nothing was stored");
    }

    [TestCase("""{"onLowQuality": "panic"}""", TestName = "Unknown_action")]
    [TestCase("""{"feedback": "sometimes"}""", TestName = "Unknown_use_of_feedback")]
    [TestCase("""{"gate": {"minPrecision": 0.5}}""", TestName = "Misspelt_field")]
    [TestCase("""{"gates": {"minPrecision": "high"}}""", TestName = "Gate_that_is_no_number")]
    [TestCase("""{"autoTrain": {"minNewLabels": 1.5}}""", TestName = "Half_a_label")]
    [TestCase("null", TestName = "No_policy_at_all")]
    public async Task What_is_malformed_is_400(string policy) => await caller.PutPolicyAsync(dataset, policy).ReadAsync(HttpStatusCode.BadRequest);

    [Test]
    public async Task A_policy_is_made_by_the_owner_or_an_admin_and_seen_by_whoever_sees_the_data_set()
    {
        using var analyst = await PolicyServices.CallerAsync("analyst");
        using var stranger = await PolicyServices.CallerAsync();
        using var admin = await PolicyServices.CallerAsync("admin");
        Assert.That((await analyst.PutPolicyAsync(dataset, "{}").ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("not-owner"));
        Assert.That(await stranger.PutPolicyAsync(dataset, "{}").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));

        await admin.PutPolicyAsync(dataset, "{}").ReadAsync();
        Assert.That((await analyst.GetAsync($"{dataset}/policy")).Text("changedBy"), Is.EqualTo(admin.Subject));
        Assert.That(await stranger.Http.GetAsync($"{dataset}/policy").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await analyst.Http.DeleteAsync($"{dataset}/policy").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task A_model_that_was_trained_elsewhere_is_put_under_a_data_set_by_an_admin_and_then_under_no_other()
    {
        var model = PolicyServices.TakeModel();
        using var admin = await PolicyServices.CallerAsync("admin");
        var policy = $$"""{"model": "{{model}}"}""";
        Assert.That((await caller.PutPolicyAsync(dataset, policy).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("model-taken"));
        await admin.PutPolicyAsync(dataset, policy).ReadAsync();
        await caller.PutPolicyAsync(dataset, policy).ReadAsync(); // now it is theirs

        var other = await caller.CreateAsync();
        Assert.That((await admin.PutPolicyAsync(other, policy).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("model-taken"));
    }

    [Test]
    public async Task Somebody_elses_private_model_is_not_taken_over()
    {
        var model = PolicyServices.TakeModel();
        await PolicyServices.Training.TamperAsync($"UPDATE models SET owner = 'somebody-else' WHERE name = '{model}'");
        using var admin = await PolicyServices.CallerAsync("admin");
        var policy = $$"""{"model": "{{model}}"}""";
        foreach (var who in new[] { caller, admin })
            Assert.That((await who.PutPolicyAsync(dataset, policy).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("model-taken"));
        await PolicyServices.Training.TamperAsync($"UPDATE models SET owner = '{caller.Subject}' WHERE name = '{model}'");
        await caller.PutPolicyAsync(dataset, policy).ReadAsync(); // theirs
    }

    [Test]
    public async Task A_policy_is_in_the_copy_of_its_maker()
    {
        await caller.PutPolicyAsync(dataset, Full).ReadAsync();
        Assert.That(await PolicyServices.Training.ExportAsync(caller.Subject), Does.Contain("policies.ndjson").And.Contain("\"onLowQuality\":\"rollback\""));
    }

    [Test]
    public async Task A_policy_goes_with_its_data_set_and_one_on_another_s_is_the_owner_s_when_its_maker_is_erased()
    {
        using var admin = await PolicyServices.CallerAsync("admin");
        await admin.PutPolicyAsync(dataset, Full).ReadAsync();
        await PolicyServices.Training.EraseAsync(admin.Subject);
        Assert.That((await caller.GetAsync($"{dataset}/policy")).Text("changedBy"), Is.EqualTo(caller.Subject));

        await PolicyServices.Training.EraseAsync(caller.Subject);
        Assert.That(await PolicyServices.Training.QueryAsync<long>($"SELECT count(*) FROM dataset_policies WHERE caller = '{caller.Subject}'"), Is.Zero);
    }
}
