using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TrainingService;
using TrainingService.Evaluations;

namespace Integration.TrainingService.Evaluations;

public class ReferenceTests
{
    private JudgedModel model = null!;

    [SetUp]
    public async Task MakeAsync() => model = await JudgedModel.NewAsync(perClass: 50);

    [TearDown]
    public void Leave() => model.Dispose();

    [Test]
    public async Task It_is_chosen_once_and_what_is_posted_later_never_joins_it()
    {
        Assert.That(await model.Http.GetAsync($"/v1/datasets/{model.Dataset}/reference").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), "before the first run");
        var first = await EnsureAsync();
        await model.PostAsync(TinyModels.Csv(500, from: 3, flipped: true));
        await model.PostAsync(TinyModels.Csv(50, from: 5), "?trusted=true");

        var second = await EnsureAsync();
        var shown = await model.ReferenceAsync();

        Assert.That(first.Labels, Has.Count.EqualTo(20), "ten of each class");
        Assert.That(second.Hash, Is.EqualTo(first.Hash));
        Assert.That(second.Labels, Is.EquivalentTo(first.Labels));
        Assert.That(shown.Text("hash"), Is.EqualTo(first.Hash));
        Assert.That(shown.Text("kind"), Is.EqualTo("share"));
        Assert.That(shown["classes"]!.AsArray().Select(each => $"{each!.Text("class")} {each!["rows"]}"), Is.EqualTo(new[] { "no 10", "yes 10" }));
    }

    [Test]
    public async Task Trusted_rows_are_it_where_every_class_has_ten()
    {
        await model.PostAsync(TinyModels.Csv(12, from: 3), "?trusted=true");
        var reference = await EnsureAsync();
        Assert.That(reference.Labels, Has.Count.EqualTo(24));
        Assert.That((await model.ReferenceAsync()).Text("kind"), Is.EqualTo("trusted"));
    }

    [Test]
    public async Task Few_trusted_rows_are_not_enough()
    {
        await model.PostAsync(TinyModels.Csv(9, from: 3), "?trusted=true");
        Assert.That((await EnsureAsync()).Labels, Has.Count.EqualTo(2 * 12), "a fifth of 59, rounded up");
    }

    [Test]
    public async Task What_is_removed_leaves_and_what_is_relabelled_counts_with_its_label_now()
    {
        var before = await EnsureAsync();
        var (removed, relabelled) = (before.Labels.First(), before.Labels.Last());
        var old = (await model.Http.GetAsync($"/v1/datasets/{model.Dataset}/labels/{relabelled}").ReadAsync()).Text("label");
        await model.Http.DeleteAsync($"/v1/datasets/{model.Dataset}/labels/{removed}").ReadAsync(HttpStatusCode.NoContent);
        var left = await EnsureAsync();
        await model.Http.PutAsync($"/v1/datasets/{model.Dataset}/labels/{relabelled}", JudgedModel.Json($$"""{"label": "{{(old == "yes" ? "no" : "yes")}}"}""")).ReadAsync();

        var after = await EnsureAsync();

        Assert.That(left.Labels, Is.EquivalentTo(before.Labels.Except([removed])));
        Assert.That(after.Labels, Is.EquivalentTo(left.Labels));
        Assert.That(new[] { before.Hash, left.Hash, after.Hash }, Is.Unique);
    }

    [Test]
    public async Task A_choice_that_left_too_few_rows_is_made_anew_until_there_are_enough()
    {
        using var small = await JudgedModel.NewAsync(perClass: 20);
        var first = await EnsureAsync(small);
        var shown = await small.ReferenceAsync();
        await small.PostAsync(TinyModels.Csv(30, from: 3));

        var second = await EnsureAsync(small);
        await small.PostAsync(TinyModels.Csv(50, from: 5));
        var third = await EnsureAsync(small);

        Assert.That(first.Labels, Has.Count.EqualTo(8));
        Assert.That(shown["provisional"]!.GetValue<bool>(), Is.True);
        Assert.That(second.Labels, Has.Count.EqualTo(20));
        Assert.That(third.Hash, Is.EqualTo(second.Hash));
    }

    [Test]
    public async Task A_class_that_is_new_gets_rows_that_no_version_has_seen()
    {
        await EnsureAsync();
        await model.PostAsync(TinyModels.Csv(30, from: 3).Replace("yes", "maybe").Replace("no", "never"));
        var second = await EnsureAsync();
        await model.RegisterAsync(4, 0, snapshot: await SnapshotAsync());
        await model.PostAsync(TinyModels.Csv(30, from: 5).Replace("yes", "perhaps"));
        var third = await EnsureAsync();

        Assert.That(second.Labels, Has.Count.EqualTo(40), "ten of each class");
        Assert.That(third.Labels, Is.SupersetOf(second.Labels).And.Count.EqualTo(50), "the class that is there has enough");
        Assert.That((await EnsureAsync()).Hash, Is.EqualTo(third.Hash));
    }

    [Test]
    public async Task A_choice_that_left_too_few_rows_grows_by_what_no_version_has_seen()
    {
        using var small = await JudgedModel.NewAsync(perClass: 20);
        var first = await EnsureAsync(small);
        await small.RegisterAsync(4, 0, snapshot: await SnapshotAsync(small));
        var again = await EnsureAsync(small);
        await small.PostAsync(TinyModels.Csv(30, from: 3));
        var grown = await EnsureAsync(small);

        Assert.That(again.Hash, Is.EqualTo(first.Hash), "all that is there was trained on");
        Assert.That(grown.Labels, Is.SupersetOf(first.Labels).And.Count.EqualTo(8 + 20));
        Assert.That((await small.ReferenceAsync())["provisional"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task A_version_that_was_trained_on_rows_that_judge_it_does_not_pass_and_a_live_one_is_not_compared_with()
    {
        await EnsureAsync();
        await model.PostAsync(TinyModels.Csv(100, from: 3));
        var (live, candidate) = (await model.RegisterAsync(4, 0, snapshot: await SnapshotAsync()), await model.RegisterAsync(4, 0, snapshot: await SnapshotAsync()));
        var untouched = await model.RegisterAsync(0, 4);
        Assert.That(await model.PromoteAsync(JudgedModel.Training.Admin, live, """{"force": true, "reason": "it was there before"}""").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        await model.Http.PostAsync($"/v1/datasets/{model.Dataset}/reference", null).ReadAsync();
        await model.EvaluateAsync(candidate);
        await model.EvaluateAsync(untouched);

        var problem = await model.PromoteAsync(candidate).ReadAsync(HttpStatusCode.Conflict);
        Assert.That(problem["reasons"]![0]!.GetValue<string>(), Does.Match("^reference-seen: it was trained on [0-9]+ of the reference rows"));
        var known = await model.PromoteAsync(untouched).ReadAsync(HttpStatusCode.Conflict);
        Assert.That(known["reasons"]!.AsArray().Single()!.GetValue<string>(), Does.StartWith($"not-comparable: the live version {live} was trained on "), "nothing else would judge it");
        await model.SetGatesAsync(new Gates(MinAccuracy: 0.5));
        Assert.That(await model.PromoteAsync(untouched).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), "the live one is better, having seen them");
        var newest = (await JudgedModel.Training.GetAsync($"/v1/registry/models/{model.Name}/history")).GetProperty("entries")[0].GetProperty("details");
        Assert.That(newest.GetProperty("reason").GetString(), Does.StartWith($"Not compared with version {live}, which was trained on "));
    }

    [Test]
    public async Task It_is_chosen_anew_on_purpose_which_goes_on_record_and_versions_have_to_be_evaluated_again()
    {
        var version = await model.RegisterAsync(4, 0);
        await model.EvaluateAsync(version);
        await model.PostAsync(TinyModels.Csv(100, from: 3));

        var chosen = await model.Http.PostAsync($"/v1/datasets/{model.Dataset}/reference", null).ReadAsync();

        Assert.That(chosen["rows"]!.GetValue<int>(), Is.EqualTo(60));
        var problem = await model.PromoteAsync(version).ReadAsync(HttpStatusCode.Conflict);
        Assert.That(problem.Text("code"), Is.EqualTo("not-evaluated"));
        Assert.That(problem.Text("detail"), Does.Contain("reference rows that have changed since"));
        var entry = await JudgedModel.InScopeAsync(services =>
            services.GetRequiredService<TrainingDb>().History.SingleAsync(e => e.Subject == $"dataset {model.Dataset}"));
        Assert.That((entry.Action, entry.Actor, entry.Details.GetProperty("hash").GetString()), Is.EqualTo(("reference.chosen", model.Subject, chosen.Text("hash"))));
        await model.EvaluateAsync(version);
        Assert.That(await model.PromoteAsync(version).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Two_runs_that_begin_at_once_get_the_same()
    {
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EnsureAsync()));
        Assert.That(both.Select(reference => reference.Hash).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task It_is_of_no_use_without_labels_and_not_there_for_others()
    {
        var empty = await model.Http.PostAsync("/v1/datasets", JudgedModel.Json($$"""{"name": "set-{{Guid.NewGuid():N}}x", "kind": "tabular"}""")).ReadAsync(HttpStatusCode.Created);
        var nothing = await model.Http.PostAsync($"/v1/datasets/{empty.Text("id")}/reference", null).ReadAsync(HttpStatusCode.Conflict);
        using var other = await JudgedModel.NewAsync(perClass: 2);

        Assert.That(nothing.Text("code"), Is.EqualTo("no-labels"));
        Assert.That(await other.Http.PostAsync($"/v1/datasets/{model.Dataset}/reference", null).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    private Task<Guid> SnapshotAsync(JudgedModel? of = null) => (of ?? model).SnapshotAsync();

    private Task<ReferenceSet> EnsureAsync(JudgedModel? of = null) => (of ?? model).EnsureReferenceAsync();
}
