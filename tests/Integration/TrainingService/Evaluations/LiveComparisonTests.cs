using System.Net;
using NUnit.Framework;

namespace Integration.TrainingService.Evaluations;

/// <summary>Which rows may judge a version, and by which it is held against the live one.</summary>
public class LiveComparisonTests
{
    private JudgedModel model = null!;

    [SetUp]
    public async Task MakeAsync() => model = await JudgedModel.NewAsync();

    [TearDown]
    public void Leave() => model.Dispose();

    [Test]
    public async Task A_new_class_does_not_outweigh_what_a_version_has_forgotten_of_those_that_the_live_one_knows()
    {
        var (live, _) = await model.DecideAsync(4, 0);
        await model.PostAsync(TinyModels.Csv(500, from: 3).Replace("yes", "maybe"));
        var forgetful = await model.RegisterAsync(4, 0.5f, labels: ["no", "maybe"]);
        var run = Guid.Parse((await model.EvaluateAsync(forgetful)).Text("id"));

        var decision = await model.DecideAsync(forgetful, run);

        Assert.That(decision.Promoted, Is.False);
        Assert.That(decision.Reasons.Single(), Does.Match($@"^right on 20 rows fewer than version {live} \(p < 0\.0001, of 40 reference rows\), among those with a class that version {live} knows$"));
        Assert.That(decision.Against!.Gain, Is.EqualTo(-0.5));
        Assert.That(await model.StatesAsync(), Is.EqualTo($"{forgetful} refused, {live} live"));
    }

    [Test]
    public async Task Choosing_the_rows_anew_is_no_way_round_the_live_version()
    {
        await model.EnsureReferenceAsync();
        var live = await model.RegisterAsync(4, 0, snapshot: await model.SnapshotAsync());
        await model.EvaluateAsync(live);
        await model.PromoteAsync(JudgedModel.Training.Admin, live, """{"force": true, "reason": "it was there before"}""").ReadAsync();
        await model.PostAsync(TinyModels.Csv(100, from: 3));
        await model.Http.PostAsync($"/v1/datasets/{model.Dataset}/reference", null).ReadAsync();

        var (poisoned, decision) = await model.DecideAsync(-4, 1);

        Assert.That(decision.Promoted, Is.False);
        Assert.That(decision.Reasons.Single(), Does.Match($@"^right on \d+ rows fewer than version {live} \(p < 0\.0001, of \d+ reference rows\)$").And.Not.Contains("of 80 reference rows"), "those that it was trained on are left out");
        Assert.That(await model.StatesAsync(), Is.EqualTo($"{poisoned} refused, {live} live"));
    }

    [Test]
    public async Task Where_the_live_version_has_seen_too_many_and_no_gate_of_its_own_judges_it_a_version_stays_a_candidate()
    {
        await model.EnsureReferenceAsync();
        var live = await model.RegisterAsync(4, 0, snapshot: await model.SnapshotAsync());
        await model.EvaluateAsync(live);
        await model.PromoteAsync(JudgedModel.Training.Admin, live, """{"force": true, "reason": "it was there before"}""").ReadAsync();

        var (version, decision) = await model.DecideAsync(5, 0);

        Assert.That(decision.Promoted, Is.False);
        Assert.That(decision.Reasons.Single(), Does.StartWith($"not-comparable: the live version {live} was trained on 40 of the 40 reference rows"));
        Assert.That(await model.StatesAsync(), Is.EqualTo($"{version} candidate, {live} live"));
    }

    [Test]
    public async Task A_version_has_seen_a_row_whose_content_it_was_trained_on_under_another_name()
    {
        var chosen = await model.EnsureReferenceAsync();
        var version = await model.RegisterAsync(4, 0, snapshot: await model.SnapshotAsync(), reference: chosen.Number);
        await model.PostAsync(TinyModels.Csv(50).Replace("yes", "maybe").Replace("no", "maybe"));
        await model.Http.PostAsync($"/v1/datasets/{model.Dataset}/reference", null).ReadAsync();
        await model.EvaluateAsync(version);

        var problem = await model.PromoteAsync(version).ReadAsync(HttpStatusCode.Conflict);

        Assert.That(problem["reasons"]!.AsArray().Single()!.GetValue<string>(), Does.StartWith("reference-seen: it was trained on 20 of the reference rows"), "those of the new class; the others stayed");
    }

    [Test]
    public async Task A_live_version_that_the_same_run_judged_on_other_rows_is_judged_on_these()
    {
        var (live, _) = await model.DecideAsync(4, 0);
        await model.PostAsync(TinyModels.Csv(100, from: 3));
        await model.Http.PostAsync($"/v1/datasets/{model.Dataset}/reference", null).ReadAsync();
        var version = await model.RegisterAsync(5, 0);
        var run = (await model.EvaluateAsync(version)).Text("id");
        await JudgedModel.Training.TamperAsync($"UPDATE evaluations SET run = '{run}' WHERE model = '{model.Name}' AND version = '{live}'"); // as a run that began again left it

        var decision = await model.DecideAsync(version, Guid.Parse(run));

        Assert.That(decision.Promoted, Is.True, string.Join("; ", decision.Reasons));
    }
}
