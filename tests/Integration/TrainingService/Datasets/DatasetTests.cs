using System.Net;
using System.Text;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

public class DatasetTests
{
    private DatasetCaller caller = null!;

    [SetUp]
    public async Task ArriveAsync() => caller = await DatasetCaller.NewAsync();

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task It_is_found_by_its_id_and_by_its_name_among_ones_own()
    {
        var created = await caller.Http.PostAsync("/v1/datasets", DatasetCaller.Json("""{"name": "churn.2026", "kind": "tabular"}""")).ReadAsync(HttpStatusCode.Created);
        Assert.That((await caller.GetAsync("/v1/datasets/churn.2026"))["dataset"]!.Text("id"), Is.EqualTo(created.Text("id")));
        Assert.That((await caller.GetAsync($"/v1/datasets/{created.Text("id")}"))["dataset"]!.Text("name"), Is.EqualTo("churn.2026"));
        var again = await caller.Http.PostAsync("/v1/datasets", DatasetCaller.Json("""{"name": "churn.2026", "kind": "image"}""")).ReadAsync(HttpStatusCode.Conflict);
        Assert.That(again.Text("code"), Is.EqualTo("name-taken"));
    }

    [Test]
    public async Task A_data_set_of_somebody_else_is_not_there()
    {
        var dataset = await caller.CreateAsync();
        await caller.PostCsvAsync(dataset, "a,label\n1,0\n").ReadAsync();
        var id = (await caller.LabelsAsync(dataset))[0]!.Text("id");
        var snapshot = (await caller.SnapshotAsync(dataset)).Text("id");
        using var stranger = await DatasetCaller.NewAsync();

        Task<HttpResponseMessage>[] attempts =
        [
            stranger.Http.GetAsync(dataset), stranger.Http.DeleteAsync(dataset), stranger.PostCsvAsync(dataset, "a,label\n2,0\n"),
            stranger.Http.GetAsync($"{dataset}/labels"), stranger.Http.GetAsync($"{dataset}/labels/{id}"), stranger.PutLabelAsync(dataset, id, "1"),
            stranger.Http.DeleteAsync($"{dataset}/labels/{id}"), stranger.Http.DeleteAsync($"{dataset}/labels?label=0"), stranger.Http.GetAsync($"{dataset}/statistics"),
            stranger.Http.PostAsync($"{dataset}/snapshots", null), stranger.Http.GetAsync($"{dataset}/snapshots/{snapshot}/rows"),
            stranger.Http.PostAsync($"{dataset}/items/from-predictions", DatasetCaller.Json("""{"model": "m"}""")),
        ];
        foreach (var attempt in attempts)
            Assert.That(await attempt.StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await stranger.GetAsync("/v1/datasets"))["items"]!.AsArray(), Is.Empty);
        Assert.That(await caller.LabelsAsync(dataset), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_analyst_sees_and_labels_everybodys_and_deletes_none()
    {
        var dataset = await caller.CreateAsync();
        using var analyst = await DatasetCaller.NewAsync("analyst");
        await analyst.PostCsvAsync(dataset, "a,label\n1,0\n").ReadAsync();

        Assert.That((await caller.GetAsync(dataset))["changes"]![0]!.Text("caller"), Is.EqualTo(analyst.Subject));
        var refused = await analyst.Http.DeleteAsync(dataset).ReadAsync(HttpStatusCode.Forbidden);
        Assert.That(refused.Text("code"), Is.EqualTo("not-owner"));
    }

    [Test]
    public async Task Without_the_scope_train_nobody_comes_in()
    {
        using var client = await DatasetServices.Training.ClientWithScopeAsync("predict");
        Assert.That(await client.GetAsync("/v1/datasets").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task A_deleted_data_set_takes_its_labels_and_snapshots_with_it_and_its_name_is_free()
    {
        var name = $"set-{Guid.NewGuid():N}x";
        var created = await caller.Http.PostAsync("/v1/datasets", DatasetCaller.Json($$"""{"name": "{{name}}", "kind": "tabular"}""")).ReadAsync(HttpStatusCode.Created);
        var dataset = $"/v1/datasets/{created.Text("id")}";
        await caller.PostCsvAsync(dataset, "a,label\n1,0\n").ReadAsync();
        await caller.SnapshotAsync(dataset);

        Assert.That(await caller.Http.DeleteAsync(dataset).StatusAsync(), Is.EqualTo(HttpStatusCode.NoContent));

        Assert.That(await caller.Http.GetAsync(dataset).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await caller.Http.DeleteAsync(dataset).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        await caller.Http.PostAsync("/v1/datasets", DatasetCaller.Json($$"""{"name": "{{name}}", "kind": "tabular"}""")).ReadAsync(HttpStatusCode.Created);
    }

    [Test]
    public async Task The_list_is_paged_newest_first()
    {
        var made = new List<string>();
        for (var i = 0; i < 3; i++)
            made.Insert(0, await caller.CreateAsync());
        var first = await caller.GetAsync("/v1/datasets?limit=2");
        var second = await caller.GetAsync($"/v1/datasets?limit=2&cursor={first.Text("next")}");
        Assert.That(first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(d => $"/v1/datasets/{d!["id"]}"), Is.EqualTo(made));
        Assert.That(second["next"], Is.Null);
    }

    [TestCase("""{"kind": "tabular"}""", "name")]
    [TestCase("""{"name": "a b", "kind": "tabular"}""", "name")]
    [TestCase("""{"name": "../x", "kind": "tabular"}""", "name")]
    [TestCase("""{"name": "01890000-0000-7000-8000-000000000000", "kind": "tabular"}""", "name")]
    [TestCase("""{"name": "x", "kind": "video"}""", "kind")]
    [TestCase("""{"name": "x", "kind": "tabular", "colour": 1}""", "colour")]
    [TestCase("""{"name": "x", "kind": "image", "schema": {"columns": [{"name": "a", "type": "number"}]}}""", "schema.columns")]
    [TestCase("""{"name": "x", "kind": "tabular", "schema": {"columns": []}}""", "schema.columns")]
    [TestCase("""{"name": "x", "kind": "tabular", "schema": {"columns": [{"name": "label", "type": "number"}]}}""", "schema.columns[0].name")]
    [TestCase("""{"name": "x", "kind": "tabular", "schema": {"columns": [{"name": "a", "type": "number"}, {"name": "a", "type": "number"}]}}""", "schema.columns[1].name")]
    [TestCase("""{"name": "x", "kind": "tabular", "schema": {"columns": [{"name": "a", "type": "number", "values": ["1"]}]}}""", "schema.columns[0].values")]
    [TestCase("""{"name": "x", "kind": "tabular", "schema": {"columns": [{"name": "a", "type": "category", "values": ["1", "1"]}]}}""", "schema.columns[0].values[1]")]
    [TestCase("""{"name": "x", "kind": "tabular", "schema": {"columns": [{"name": "a", "type": "number"}], "label": {"type": "binary", "values": ["1"]}}}""", "schema.label.values")]
    [TestCase("""{"name": "x", "kind": "tabular", "schema": {"columns": [{"name": "a", "type": "number"}], "label": {"type": "number", "values": ["1"]}}}""", "schema.label.values")]
    public async Task A_wrong_field_is_named(string body, string field)
    {
        var problem = await caller.Http.PostAsync("/v1/datasets", new StringContent(body, Encoding.UTF8, "application/json")).ReadAsync(HttpStatusCode.BadRequest);
        Assert.That(problem.Field(), Is.EqualTo(field), problem.ToJsonString());
    }
}
