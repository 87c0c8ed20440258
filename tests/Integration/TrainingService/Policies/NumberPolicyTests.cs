using System.Net;
using Integration.TrainingService.Datasets;
using Integration.TrainingService.Runs;
using NUnit.Framework;

namespace Integration.TrainingService.Policies;

/// <summary>What a policy may say of labels that are numbers.</summary>
public sealed class NumberPolicyTests
{
    private DatasetCaller caller = null!;

    [SetUp]
    public async Task CreateAsync() => caller = await PolicyServices.CallerAsync();

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task Gates_of_errors_are_read_as_they_were_put()
    {
        const string policy = """{"gates":{"mustBeatLive":true,"maxMeanAbsoluteError":2.5,"maxRootMeanSquaredError":4,"minR2":-0.5},"onLowQuality":"alert","feedback":"off"}""";
        var put = await caller.PutPolicyAsync(await NumbersAsync(), policy).ReadAsync();
        Assert.That(put["policy"]!.ToJsonString(), Is.EqualTo(policy));
    }

    [TestCase("""{"maxMeanAbsoluteError": -1}""", "gates.maxMeanAbsoluteError", "0 or more", TestName = "Error_under_zero")]
    [TestCase("""{"maxRootMeanSquaredError": -0.1}""", "gates.maxRootMeanSquaredError", "0 or more", TestName = "Squared_error_under_zero")]
    [TestCase("""{"minR2": 1.1}""", "gates.minR2", "1 at most", TestName = "More_than_all_explained")]
    [TestCase("""{"minAccuracy": 0.5}""", "gates.minAccuracy", "labels are numbers. Its gates are maxMeanAbsoluteError, maxRootMeanSquaredError, minR2 and mustBeatLive", TestName = "Gate_of_classes_for_numbers")]
    public async Task A_gate_that_can_t_be_is_422_that_names_it(string gates, string field, string says) => await RefusedAsync(await NumbersAsync(), $$"""{"gates": {{gates}}}""", field, says);

    [Test]
    public async Task A_gate_of_numbers_for_classes_is_422_with_those_there_are()
    {
        var dataset = await caller.CreateAsync();
        await caller.PostCsvAsync(dataset, "a,label\n1,yes\n2,no\n").ReadAsync();
        await RefusedAsync(dataset, """{"gates": {"minR2": 0.5}}""", "gates.minR2", "labels are classes. Its gates are minPrecision, minRecall, minAccuracy, minF1 and mustBeatLive");
    }

    [Test]
    public async Task Gates_of_both_are_422_before_any_label_says_which_it_is() =>
        await RefusedAsync(await caller.CreateAsync(), """{"gates": {"minAccuracy": 0.5, "minR2": 0.5}}""", "gates.minR2", "one or the other");

    [TestCase("""{"minAccuracy": 0.5}""")]
    [TestCase("""{"minR2": 0.5}""")]
    public async Task Gates_of_either_will_do_before_any_label_says_which_it_is(string gates) => await caller.PutPolicyAsync(await caller.CreateAsync(), $$"""{"gates": {{gates}}}""").ReadAsync();

    [Test]
    public async Task A_learner_of_classes_is_422_with_those_of_numbers() =>
        await RefusedAsync(await NumbersAsync(), """{"autoTrain": {"minNewLabels": 5, "learner": "logistic-regression"}}""", "autoTrain.learner", "linear-regression or gradient-boosted-trees for one whose labels are numbers");

    [Test]
    public async Task New_numbers_train_by_themselves()
    {
        var dataset = await NumbersAsync();
        await caller.PutPolicyAsync(dataset, """{"autoTrain": {"minNewLabels": 50, "debounceSeconds": 0, "learner": "linear-regression"}}""").ReadAsync();
        await PolicyServices.SeeRunsAsync(dataset, 1);
    }

    private async Task<string> NumbersAsync()
    {
        var dataset = await caller.CreateAsync();
        await caller.PostCsvAsync(dataset, Numbers.Rows(60)).ReadAsync();
        return dataset;
    }

    private async Task RefusedAsync(string dataset, string policy, string field, string says)
    {
        var problem = await caller.PutPolicyAsync(dataset, policy).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That((problem.Field(), problem.Text("detail").Contains(says)), Is.EqualTo((field, true)), problem.ToJsonString());
    }
}
