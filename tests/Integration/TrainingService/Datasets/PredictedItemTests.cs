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
    public async Task Rows_unlike_the_data_sets_come_alone_and_the_farthest_first()
    {
        await caller.PostCsvAsync(dataset, "a,c,label\n1,x,0\n2,y,1\n3,x,0\n").ReadAsync(); // a: mean 2, standard deviation 1
        DatasetServices.Inference.Set(
            FakeHistory.Row("""{"a": 2.5, "c": "x"}"""), FakeHistory.Row("""{"a": 5, "c": "y"}"""), FakeHistory.Row("""{"a": 2, "c": "never seen"}"""), FakeHistory.Row("""{"a": 4, "c": "x"}"""));

        var farthest = await AddAsync("""{"model": "m", "minDrift": 2.5, "limit": 1}""").ReadAsync();
        var item = (await caller.LabelsAsync(dataset, "?labelled=false"))[0]!;
        var rest = await AddAsync("""{"model": "m", "minDrift": 2.5}""").ReadAsync();

        Assert.That((farthest["added"]!.GetValue<int>(), item["values"]!["c"]!.GetValue<string>()), Is.EqualTo((1, "never seen")));
        Assert.That((rest["added"]!.GetValue<int>(), rest["duplicates"]!.GetValue<int>()), Is.EqualTo((1, 1)), "three deviations are far, two are not");
    }

    [Test]
    public async Task An_image_unlike_the_others_comes_alone()
    {
        dataset = await caller.CreateAsync("image");
        var images = Enumerable.Range(0, 5).Select(i => Measured(0.5 + (i * 0.01), TestImages.Png(width: 10 + i))).Append(Measured(0.05, TestImages.Png(width: 30))).ToArray();
        DatasetServices.Inference.Set(images);

        var added = await AddAsync("""{"model": "m", "minDrift": 5}""").ReadAsync();

        Assert.That(added["added"]!.GetValue<int>(), Is.EqualTo(1), added.ToJsonString());
    }

    [Test]
    public async Task The_image_of_a_row_can_be_looked_at()
    {
        dataset = await caller.CreateAsync("image");
        var sent = TestImages.Png();
        DatasetServices.Inference.Set(FakeHistory.Image(sent));
        await AddAsync("""{"model": "m"}""").ReadAsync();
        var item = (await caller.LabelsAsync(dataset))[0]!.Text("id");
        using var other = await DatasetCaller.NewAsync();

        using var image = await caller.Http.GetAsync($"{dataset}/labels/{item}/image");

        Assert.That(image.Content.Headers.ContentType?.MediaType, Is.EqualTo("image/png"));
        Assert.That(await image.Content.ReadAsByteArrayAsync(), Is.EqualTo(sent));
        Assert.That(await other.Http.GetAsync($"{dataset}/labels/{item}/image").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static (JsonObject, byte[]?) Measured(double brightness, byte[] image) => (new JsonObject
    {
        ["kind"] = "image",
        ["metrics"] = new JsonObject { ["brightness"] = brightness, ["contrast"] = 0.2, ["sharpness"] = 100, ["saturation"] = 0.3, ["entropy"] = 7 },
    }, image);

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
    [TestCase("""{"model": "m", "minDrift": 0}""")]
    [TestCase("""{"model": "m", "minDrift": 11}""")]
    [TestCase("""{"model": "m", "colour": "red"}""")]
    [TestCase("""{"model": """)]
    public async Task A_wrong_filter_is_refused(string filter) => await AddAsync(filter).ReadAsync(HttpStatusCode.BadRequest);

    private Task<HttpResponseMessage> AddAsync(string filter) => caller.Http.PostAsync($"{dataset}/items/from-predictions", DatasetCaller.Json(filter));
}
