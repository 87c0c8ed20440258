using System.Net;
using NUnit.Framework;

namespace Integration.TrainingService.Evaluations;

/// <summary>What joins the reference rows of a data set that has them: what nothing, or too little, is judged by, and no version has seen.</summary>
public class ReferenceGrowthTests
{
    private JudgedModel model = null!;

    [SetUp]
    public async Task MakeAsync() => model = await JudgedModel.NewAsync(perClass: 50);

    [TearDown]
    public void Leave() => model.Dispose();

    [Test]
    public async Task A_class_that_old_rows_were_relabelled_into_gets_none_of_these()
    {
        var before = await model.EnsureReferenceAsync();
        await model.RegisterAsync(4, 0, snapshot: await model.SnapshotAsync());
        foreach (var row in await OthersAsync("no", 15))
            await model.Http.PutAsync($"/v1/datasets/{model.Dataset}/labels/{row}", JudgedModel.Json("""{"label": "maybe"}""")).ReadAsync();
        var relabelled = await model.EnsureReferenceAsync();
        await model.PostAsync(TinyModels.Csv(30, from: 3).Replace("yes", "maybe"));
        var posted = await model.EnsureReferenceAsync();

        Assert.That(relabelled.Labels, Is.EquivalentTo(before.Labels), "a version was trained on them as something else");
        Assert.That(posted.Labels, Is.SupersetOf(before.Labels).And.Count.EqualTo(30), "ten of those that came since");
    }

    [Test]
    public async Task Content_that_a_version_was_trained_on_does_not_join_under_another_name()
    {
        var before = await model.EnsureReferenceAsync();
        await model.RegisterAsync(4, 0, snapshot: await model.SnapshotAsync());
        await model.PostAsync(TinyModels.Csv(50).Replace("yes", "maybe").Replace("no", "maybe"));
        Assert.That((await model.EnsureReferenceAsync()).Labels, Is.EquivalentTo(before.Labels));
    }

    [Test]
    public async Task A_class_that_lost_a_reference_row_gets_another_and_no_more()
    {
        var before = await model.EnsureReferenceAsync();
        await model.RegisterAsync(4, 0, snapshot: await model.SnapshotAsync());
        var lost = before.Labels.First();
        await model.Http.DeleteAsync($"/v1/datasets/{model.Dataset}/labels/{lost}").ReadAsync(HttpStatusCode.NoContent);
        var left = await model.EnsureReferenceAsync();
        var shown = await model.ReferenceAsync();
        await model.PostAsync(TinyModels.Csv(200, from: 3));

        var after = await model.EnsureReferenceAsync();

        Assert.That(left.Labels, Is.EquivalentTo(before.Labels.Except([lost])), "all that is there was trained on");
        Assert.That(shown["provisional"]!.GetValue<bool>(), Is.True);
        Assert.That(after.Labels, Is.SupersetOf(left.Labels).And.Count.EqualTo(20));
        Assert.That((await model.ReferenceAsync())["provisional"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task A_run_is_told_at_once_that_the_share_of_a_new_class_leaves_too_few_to_learn_from()
    {
        await model.EnsureReferenceAsync();
        await model.PostAsync("a,b,label\n" + string.Concat(Enumerable.Range(0, 13).Select(i => $"9,{i},maybe\n")));

        var problem = await model.Http.PostAsync($"/v1/datasets/{model.Dataset}/runs", JudgedModel.Json("""{"learner": "logistic-regression"}""")).ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(problem.Field(), Is.EqualTo("label"));
        Assert.That(problem.Text("detail"), Does.StartWith("Class 'maybe' has 13 rows, and 5 of them are set aside to judge by"));
    }

    /// <summary>Ids of rows that are no reference rows.</summary>
    private async Task<string[]> OthersAsync(string label, int count) => (await JudgedModel.Training.QueryAsync<string>($"""
        SELECT string_agg(id::text, ',') FROM (
          SELECT l.id FROM labels l JOIN datasets d ON d.number = l.dataset
          WHERE d.id = '{model.Dataset}' AND l.label = '{label}' AND l.removed IS NULL AND NOT EXISTS (SELECT FROM dataset_reference r WHERE r.dataset = l.dataset AND r.label = l.id) LIMIT {count}) others
        """)).Split(',');
}
