using System.Net;
using InferenceSuite.Contracts;
using Integration.InferenceService;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ServiceDefaults.WorkQueues;
using TestSupport;
using TrainingService.Evaluations;
using TrainingService.Registry;
using TrainingService.Runs.Queue;

namespace Integration.TrainingService.Evaluations;

public class GateTests
{
    private JudgedModel model = null!;

    [SetUp]
    public async Task MakeAsync() => model = await JudgedModel.NewAsync();

    [TearDown]
    public void Leave() => model.Dispose();

    [Test]
    public async Task A_run_that_was_cancelled_promotes_nothing()
    {
        var version = await model.RegisterAsync(4, 0);
        var run = Guid.Parse((await model.EvaluateAsync(version)).Text("id"));
        var hold = await model.HoldRunAsync();
        await JudgedModel.Training.TamperAsync($"UPDATE runs SET status = 'cancelled', lease_until = NULL, lease_epoch = 2, finished_at = now() WHERE id = '{hold.Run}'");

        Assert.That(() => model.DecideAsync(version, run, hold), Throws.TypeOf<LeaseLostException>());
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task A_version_that_was_never_evaluated_is_not_promoted()
    {
        var problem = await model.PromoteAsync(await model.RegisterAsync(4, 0)).ReadAsync(HttpStatusCode.Conflict);
        Assert.That(problem.Text("code"), Is.EqualTo("not-evaluated"));
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task Gates_that_fail_are_named_with_the_figure_and_the_version_stays_a_candidate()
    {
        await model.SetGatesAsync(new Gates(MinAccuracy: 0.99, MinRecall: 0.5));
        var version = await model.RegisterAsync(0, 4);
        await model.EvaluateAsync(version);

        var problem = await model.PromoteAsync(version).ReadAsync(HttpStatusCode.Conflict);

        Assert.That(problem.Text("code"), Is.EqualTo("gates-failed"));
        Assert.That(problem["reasons"]!.AsArray().Single()!.GetValue<string>(), Does.Match(@"^accuracy 0\.\d+ is under minAccuracy 0\.99$"));
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task A_version_that_passes_goes_live_by_whoever_sees_the_data_set_and_serves()
    {
        await model.SetGatesAsync(new Gates(MinAccuracy: 0.9, MinPrecision: 0.9, MinRecall: 0.9, MinF1: 0.9));
        var version = await model.RegisterAsync(4, 0);
        await model.EvaluateAsync(version);
        using var other = await JudgedModel.Training.ClientInRoleAsync("somebody-else", "user", "train");

        Assert.That(await model.PromoteAsync(other, version).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(await model.PromoteAsync(version).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 live"));
        await AssertServesAsync("1");
    }

    [Test]
    public async Task A_poisoned_version_is_refused_with_its_reason_while_the_live_one_goes_on()
    {
        await using var events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.*");
        var (live, first) = await model.DecideAsync(4, 0);

        var (poisoned, decision) = await model.DecideAsync(-4, 1);

        Assert.That(first, Is.EqualTo(new GateDecision(true, first.Reasons, live, null)));
        Assert.That(decision.Promoted, Is.False);
        Assert.That(decision.Live, Is.EqualTo(live));
        Assert.That(decision.Reasons.Single(), Does.Match($@"^right on \d+ rows fewer than version {live} \(p < 0\.0001, of 40 reference rows\)$"));
        Assert.That(decision.Against!.Gain, Is.LessThan(-0.5));
        Assert.That(await model.StatesAsync(), Is.EqualTo("2 refused, 1 live"));
        Assert.That((await model.VersionAsync(poisoned))["refused"]!.AsArray().Single()!.GetValue<string>(), Is.EqualTo(decision.Reasons.Single()));
        await Eventually.IsTrueAsync(() => Task.FromResult(events.About(model.Name).Any(e => e.RoutingKey == "model.refused")), "the refusal is told", () => JudgedModel.Training.Log);
        Assert.That(events.About(model.Name).Where(e => !e.RoutingKey.Contains("load")).Select(e => e.RoutingKey), Is.EqualTo(new[] { "model.registered", "model.promoted", "model.registered", "model.refused" }));
        Assert.That((await JudgedModel.Training.VerificationAsync(model.Name)).GetProperty("holds").GetBoolean(), Is.True);
        Assert.That(await JudgedModel.Training.HistoryAsync(model.Name), Does.EndWith("model.refused 2"));
        Assert.That(await model.PromoteAsync(poisoned).StatusAsync(), Is.EqualTo(HttpStatusCode.Conflict));
        await AssertServesAsync(live);
        Assert.That(await model.PostEvaluationAsync(poisoned).StatusAsync(), Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task Asked_again_the_decision_is_the_same()
    {
        await model.DecideAsync(4, 0);
        var version = await model.RegisterAsync(-4, 0);
        var run = Guid.Parse((await model.EvaluateAsync(version)).Text("id"));

        var (once, twice) = (await model.DecideAsync(version, run), await model.DecideAsync(version, run));

        Assert.That(twice.Reasons, Is.EqualTo(once.Reasons));
        Assert.That(await JudgedModel.Training.HistoryAsync(model.Name), Does.Not.Match("refused 2.*refused 2"));
    }

    [Test]
    public async Task A_version_as_good_as_the_live_one_may_take_its_place()
    {
        await model.DecideAsync(0, 4);
        var (better, decision) = await model.DecideAsync(4, 0);
        var (same, again) = await model.DecideAsync(5, 0);
        Assert.That(decision.Against!.Gain, Is.GreaterThan(0));
        Assert.That((again.Promoted, again.Against!.Gain), Is.EqualTo((true, 0.0)));
        Assert.That(await model.StatesAsync(), Is.EqualTo($"{same} live, {better} archived, 1 archived"));
    }

    [Test]
    public async Task Of_versions_that_are_judged_at_once_each_is_held_against_the_one_that_is_live_then()
    {
        await model.DecideAsync(0, 4); // right on nine of ten
        var versions = new List<(string Version, Guid Run)>();
        foreach (var (a, b) in new[] { (3f, 0f), (0f, 5f), (4f, 0f), (0f, 6f), (-4f, 0f) })
        {
            var version = await model.RegisterAsync(a, b);
            versions.Add((version, Guid.Parse((await model.EvaluateAsync(version)).Text("id"))));
        }

        var decisions = await Task.WhenAll(versions.Select(each => model.DecideAsync(each.Version, each.Run)));

        var live = (await model.StatesAsync()).Split(", ").Where(each => each.EndsWith("live")).ToArray();
        Assert.That((decisions[0].Promoted, decisions[2].Promoted, decisions[4].Promoted), Is.EqualTo((true, true, false)));
        Assert.That(live, Has.Length.EqualTo(1));
        Assert.That(live[0], Is.EqualTo($"{versions[0].Version} live").Or.EqualTo($"{versions[2].Version} live"), "what is as good as the first one never takes a better one's place");
        Assert.That((await JudgedModel.Training.VerificationAsync(model.Name)).GetProperty("holds").GetBoolean(), Is.True);
    }

    [Test]
    public async Task Too_few_reference_rows_of_a_class_are_a_reason()
    {
        using var small = await JudgedModel.NewAsync(perClass: 15);
        await small.SetGatesAsync(new Gates(MinAccuracy: 0.5));
        var (_, decision) = await small.DecideAsync(4, 0);
        Assert.That(decision.Reasons, Has.Count.EqualTo(2).And.All.StartsWith("reference-too-small: class '"));
    }

    [Test]
    public async Task A_class_without_reference_rows_is_a_reason()
    {
        await model.SetGatesAsync(new Gates(MinAccuracy: 0.5));
        await model.DecideAsync(4, 0);
        await model.PostAsync(TinyModels.Csv(4, from: 7).Replace("yes", "maybe"));
        var (_, decision) = await model.DecideAsync(5, 0);
        Assert.That(decision.Reasons, Has.Some.StartsWith("reference-too-small: class 'maybe' has "));
    }

    [Test]
    public async Task What_was_judged_by_labels_that_have_changed_since_stays_a_candidate()
    {
        var version = await model.RegisterAsync(4, 0);
        var run = Guid.Parse((await model.EvaluateAsync(version)).Text("id"));
        var row = await JudgedModel.Training.QueryAsync<Guid>($"SELECT r.label FROM dataset_reference r JOIN datasets d ON d.number = r.dataset WHERE d.id = '{model.Dataset}' LIMIT 1");
        await model.Http.DeleteAsync($"/v1/datasets/{model.Dataset}/labels/{row}").ReadAsync(HttpStatusCode.NoContent);

        var decision = await model.DecideAsync(version, run);

        Assert.That(decision.Promoted, Is.False);
        Assert.That(decision.Reasons.Single(), Does.StartWith("not-comparable: reference rows were erased"));
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task An_admin_overrules_the_gates_with_a_reason_that_goes_on_record()
    {
        var (_, _) = await model.DecideAsync(4, 0);
        var (refused, decision) = await model.DecideAsync(-4, 0);
        var training = JudgedModel.Training;

        Assert.That(await model.PromoteAsync(refused, """{"force": true, "reason": "mine"}""").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden), "not an admin");
        var unnamed = await model.PromoteAsync(training.Admin, refused, """{"force": true}""").ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(unnamed.Field(), Is.EqualTo("reason"));
        Assert.That(await model.PromoteAsync(training.Admin, refused, """{"force": true, "reason": "for a drill"}""").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));

        Assert.That(await model.StatesAsync(), Is.EqualTo("2 live, 1 archived"));
        var newest = (await training.GetAsync($"/v1/registry/models/{model.Name}/history")).GetProperty("entries")[0].GetProperty("details");
        Assert.That(newest.GetProperty("forced").GetBoolean(), Is.True);
        Assert.That(newest.GetProperty("reason").GetString(), Is.EqualTo("for a drill"));
        Assert.That(newest.GetProperty("overruled")[0].GetString(), Is.EqualTo(decision.Reasons[0]));
        Assert.That(await model.Http.PostAsync($"/v1/registry/models/{model.Name}/rollback", null).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), "by whoever sees the data set");
        Assert.That(await model.StatesAsync(), Is.EqualTo("2 archived, 1 live"));
    }

    [Test]
    public async Task A_candidate_that_can_not_be_loaded_fails_its_evaluation_and_is_refused_with_the_reason()
    {
        // In order by all that can be told without running it: the file takes two numbers, the description three.
        var version = await model.RegisterAsync(1, 0);
        await JudgedModel.Training.TamperAsync($$"""UPDATE versions SET manifest = jsonb_set(manifest, '{output,name}', '"nothing"') WHERE model = '{{model.Name}}'""");

        var run = await model.EvaluateAsync(version);

        Assert.That(run.Text("status"), Is.EqualTo("failed"), $"{run}");
        Assert.That(run["error"]!.Text("code"), Is.EqualTo("version-not-loadable"));
        await Eventually.SeeAsync("it is refused", model.StatesAsync, states => states == "1 refused", log: () => JudgedModel.Training.Log);
        Assert.That((await model.VersionAsync(version))["refused"]!.AsArray().Single()!.GetValue<string>(), Does.StartWith("InferenceService does not load it: "));
    }

    [Test]
    public async Task A_version_that_did_well_in_its_training_does_not_go_live_unless_it_serves()
    {
        var (live, _) = await model.DecideAsync(4, 0);
        var version = await model.RegisterAsync(5, 0);
        await JudgedModel.Training.TamperAsync($$"""UPDATE versions SET manifest = jsonb_set(manifest, '{output,name}', '"nothing"') WHERE model = '{{model.Name}}' AND version = '{{version}}'""");
        await JudgedModel.Training.TamperAsync($"""
            INSERT INTO evaluations SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'version', '{version}'))).* FROM evaluations e WHERE model = '{model.Name}'
            """);
        var run = await JudgedModel.Training.QueryAsync<Guid>($"SELECT run FROM evaluations WHERE model = '{model.Name}' AND version = '{version}'");

        var decision = await model.DecideAsync(version, run);

        Assert.That((decision.Promoted, decision.Live), Is.EqualTo((false, live)));
        Assert.That(decision.Reasons.Single(), Does.StartWith("InferenceService does not ").And.Contains("nothing"));
        Assert.That(await model.StatesAsync(), Is.EqualTo($"{version} refused, {live} live"));
    }

    [Test]
    public async Task A_version_that_did_not_load_this_once_stays_a_candidate()
    {
        var (unlucky, refused) = (await model.RegisterAsync(4, 0), await model.RegisterAsync(4, 0));
        var broker = await Servers.RabbitMqAsync();
        await EventSender.SendAsync(broker, new ModelLoadFailed(model.Name, unlucky, "replica", "The disk is full.", DateTimeOffset.UtcNow));
        await EventSender.SendAsync(broker, new ModelLoadFailed(model.Name, refused, "replica", "It needs too much.", DateTimeOffset.UtcNow, Refused: true));
        await Eventually.SeeAsync("the other is refused", model.StatesAsync, states => states == $"{refused} refused, {unlucky} candidate", log: () => JudgedModel.Training.Log);
    }

    private Task AssertServesAsync(string version) => Eventually.SeeAsync(
        $"version {version} serves",
        async () =>
        {
            var inference = JudgementServices.Suite.Inference;
            var answer = await inference.Caller.PostAsync($"/v1/models/{model.Name}/predict", JudgedModel.Json("""{"rows": [{"a": 1, "b": -1}]}"""));
            return answer.IsSuccessStatusCode ? (await answer.ReadAsync()).Text("version") : await answer.Content.ReadAsStringAsync();
        },
        served => served == version, log: () => JudgementServices.Suite.Inference.Log);
}
