using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

[NonParallelizable]
public class PredictedItemTests
{
    private DatasetCaller caller = null!;
    private string dataset = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        caller = await DatasetCaller.NewAsync();
        dataset = await caller.CreateAsync();
    }

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task Past_predictions_become_items_that_wait_and_then_are_labelled()
    {
        await caller.PostCsvAsync(dataset, "a,c,label\n1,x,0\n9,y,1\n").ReadAsync();
        DatasetServices.Inference.Set(FakeHistory.Row("""{"a": 2, "c": "x"}"""), FakeHistory.Row("""{"a": 1, "c": "x"}"""), FakeHistory.Row("""{"a": 2, "c": "x"}"""), (new JsonObject { ["kind"] = "row" }, null));

        var added = await AddAsync("""{"model": "m", "maxConfidence": 0.6, "label": "1", "limit": 10}""").ReadAsync();

        Assert.That(added.ToJsonString(), Is.EqualTo("""{"added":1,"duplicates":2,"revision":2,"labels":2,"unlabelled":1,"withoutInput":1}"""));
        Assert.That(DatasetServices.Inference.LastQuery, Does.Contain("model=m").And.Contain("maxConfidence=0.6").And.Contain("label=1").And.Contain("sort=confidence").And.EndWith(" 1"));
        var item = (await caller.LabelsAsync(dataset, "?labelled=false"))[0]!;
        Assert.That(item["label"], Is.Null);
        Assert.That(item["values"]!.ToJsonString(), Is.EqualTo("""{"a":2,"c":"x"}"""));
        await caller.PutLabelAsync(dataset, item.Text("id"), "1").ReadAsync();
        var details = (await caller.GetAsync(dataset))["dataset"]!;
        Assert.That((details["labels"]!.GetValue<int>(), details["unlabelled"]!.GetValue<int>()), Is.EqualTo((3, 0)));

        var again = await AddAsync("""{"model": "m"}""").ReadAsync();
        Assert.That((again["added"]!.GetValue<int>(), again["duplicates"]!.GetValue<int>()), Is.EqualTo((0, 3)), "known ones are not asked for again");
    }

    [Test]
    public async Task Items_can_be_the_first_that_a_data_set_has()
    {
        DatasetServices.Inference.Set(FakeHistory.Row("""{"a": 2, "c": "x"}"""));
        await AddAsync("""{"model": "m"}""").ReadAsync();
        Assert.That((await caller.SnapshotAsync(dataset, HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("no-labels"));
        await caller.PutLabelAsync(dataset, (await caller.LabelsAsync(dataset))[0]!.Text("id"), "\"spam\"").ReadAsync();
        Assert.That((await caller.SnapshotAsync(dataset))["rows"]!.GetValue<int>(), Is.EqualTo(1));
    }

    [Test]
    public async Task Images_are_copied_to_the_data_sets_owner()
    {
        dataset = await caller.CreateAsync("image");
        DatasetServices.Inference.Set(FakeHistory.Image(TestImages.Png()), (new JsonObject { ["kind"] = "image" }, null));

        var added = await AddAsync("""{"model": "m"}""").ReadAsync();

        Assert.That((added["added"]!.GetValue<int>(), added["withoutInput"]!.GetValue<int>()), Is.EqualTo((1, 1)));
        var item = (await caller.LabelsAsync(dataset))[0]!;
        Assert.That(await DatasetServices.Storage.Client.GetAsync($"/objects/{caller.Subject}/{item.Text("sha256")}").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
        await caller.PutLabelAsync(dataset, item.Text("id"), "\"cat\"").ReadAsync();
        Assert.That((await caller.LabelsAsync(dataset, "?label=cat")), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Rows_that_do_not_fit_the_data_set_are_told()
    {
        await caller.PostCsvAsync(dataset, "a,label\n1,0\n").ReadAsync();
        DatasetServices.Inference.Set(FakeHistory.Row("""{"b": 2}"""));
        Assert.That((await AddAsync("""{"model": "m"}""").ReadAsync(HttpStatusCode.UnprocessableEntity)).Text("code"), Is.EqualTo("bad-rows"));
    }

    [TestCase("""{}""")]
    [TestCase("""{"model": ""}""")]
    [TestCase("""{"model": "m", "limit": 1001}""")]
    [TestCase("""{"model": "m", "limit": 0}""")]
    [TestCase("""{"model": "m", "colour": "red"}""")]
    [TestCase("""{"model": """)]
    public async Task A_wrong_filter_is_refused(string filter) => await AddAsync(filter).ReadAsync(HttpStatusCode.BadRequest);

    private Task<HttpResponseMessage> AddAsync(string filter) => caller.Http.PostAsync($"{dataset}/items/from-predictions", DatasetCaller.Json(filter));
}
