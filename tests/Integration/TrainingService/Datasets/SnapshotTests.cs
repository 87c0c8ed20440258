using System.Net;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

public class SnapshotTests
{
    private const string Rows = "id,n,c,b,trusted,label\nr1,0.1,\"x, y\",true,true,no\nr2,-3e-7,z,false,,yes\nr3,,z,,,no\n";
    private DatasetCaller caller = null!;
    private string dataset = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        caller = await DatasetCaller.NewAsync();
        dataset = await caller.CreateAsync();
        await caller.PostCsvAsync(dataset, Rows).ReadAsync();
    }

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task The_same_content_has_the_same_hash_in_whatever_order_and_form_it_came()
    {
        var snapshot = await caller.SnapshotAsync(dataset);
        var other = await caller.CreateAsync();
        await caller.PostNdjsonAsync(other, """{"b": null, "c": "z", "n": null, "label": "no"}""", """{"c": "z", "b": false, "label": "yes", "n": -3e-7}""").ReadAsync();
        await caller.PostNdjsonAsync(other, """{"b": true, "c": "x, y", "n": 0.1, "label": "no", "trusted": true}""").ReadAsync();

        var same = await caller.SnapshotAsync(other);

        Assert.That(snapshot["rows"]!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(snapshot.Text("hash"), Has.Length.EqualTo(64));
        Assert.That(same.Text("hash"), Is.EqualTo(snapshot.Text("hash")));
    }

    [TestCase("0.1,\"x, y\",true,true,yes")]
    [TestCase("0.2,\"x, y\",true,true,no")]
    [TestCase("0.1,z,true,true,no")]
    [TestCase("0.1,\"x, y\",,true,no")]
    [TestCase("0.1,\"x, y\",true,,no")]
    public async Task Any_other_content_has_another_hash(string first)
    {
        var snapshot = await caller.SnapshotAsync(dataset);
        var other = await caller.CreateAsync();
        await caller.PostCsvAsync(other, Rows.Replace("r1,0.1,\"x, y\",true,true,no", $"r1,{first}")).ReadAsync();
        Assert.That((await caller.SnapshotAsync(other)).Text("hash"), Is.Not.EqualTo(snapshot.Text("hash")));
    }

    [TestCase("csv", "text/csv")]
    [TestCase("ndjson", "application/x-ndjson")]
    public async Task Its_rows_can_be_posted_again_as_they_are(string format, string type)
    {
        var snapshot = await caller.SnapshotAsync(dataset);
        var rows = await caller.Http.GetByteArrayAsync($"{dataset}/snapshots/{snapshot.Text("id")}/rows?format={format}");
        var copy = await caller.CreateAsync();
        await caller.PostAsync(copy, rows, type).ReadAsync();
        Assert.That((await caller.SnapshotAsync(copy)).Text("hash"), Is.EqualTo(snapshot.Text("hash")));
    }

    [Test]
    public async Task It_keeps_what_is_removed_relabelled_or_added_later_as_it_was()
    {
        var snapshot = await caller.SnapshotAsync(dataset);
        var path = $"{dataset}/snapshots/{snapshot.Text("id")}";
        var before = await caller.Http.GetStringAsync($"{path}/rows");

        await caller.PutLabelAsync(dataset, "r1", "\"yes\"").ReadAsync();
        await caller.Http.DeleteAsync($"{dataset}/labels/r2").StatusAsync();
        await caller.PostCsvAsync(dataset, "n,c,b,label\n9,new,true,maybe\n").ReadAsync();

        Assert.That(await caller.Http.GetStringAsync($"{path}/rows"), Is.EqualTo(before));
        Assert.That(before.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(3));
        var later = await caller.SnapshotAsync(dataset);
        Assert.That(later.Text("hash"), Is.Not.EqualTo(snapshot.Text("hash")));
        await caller.Http.DeleteAsync($"{dataset}/labels?labelled=true").ReadAsync();
        Assert.That(await caller.Http.GetStringAsync($"{path}/rows"), Is.EqualTo(before));
        Assert.That(await LinesAsync($"{dataset}/snapshots/{later.Text("id")}/rows"), Has.Length.EqualTo(3));
    }

    [Test]
    public async Task With_nothing_changed_it_is_the_same_one()
    {
        var first = await caller.SnapshotAsync(dataset);
        var second = await caller.SnapshotAsync(dataset, HttpStatusCode.OK);
        Assert.That(second.Text("id"), Is.EqualTo(first.Text("id")));
        Assert.That((await caller.GetAsync($"{dataset}/snapshots")).AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Rows_of_somebody_who_is_erased_are_gone_from_it_and_counted()
    {
        using var analyst = await DatasetCaller.NewAsync("analyst");
        await analyst.PostCsvAsync(dataset, "n,c,b,label\n4,z,true,yes\n").ReadAsync();
        var snapshot = await caller.SnapshotAsync(dataset);
        var path = $"{dataset}/snapshots/{snapshot.Text("id")}";

        Assert.That(await DatasetServices.Training.EraseFromDatasetsAsync(analyst.Subject), Is.EqualTo(1));
        Assert.That(await DatasetServices.Training.EraseFromDatasetsAsync(analyst.Subject), Is.Zero);

        var after = await caller.GetAsync(path);
        using var rows = await caller.Http.GetAsync($"{path}/rows");
        Assert.That((after["rows"]!.GetValue<int>(), after["erased"]!.GetValue<int>()), Is.EqualTo((4, 1)));
        Assert.That(rows.Headers.GetValues("X-Erased-Rows").Single(), Is.EqualTo("1"));
        Assert.That(await LinesAsync($"{path}/rows"), Has.Length.EqualTo(3));
        var details = await caller.GetAsync(dataset);
        Assert.That(details["dataset"]!["labels"]!.GetValue<int>(), Is.EqualTo(3));
        Assert.That(details.ToJsonString(), Does.Not.Contain(analyst.Subject));
        Assert.That((await caller.SnapshotAsync(dataset)).Text("hash"), Is.Not.EqualTo(snapshot.Text("hash")));
    }

    [Test]
    public async Task A_row_that_somebody_else_labelled_anew_is_still_in_its_contributors_copy_and_goes_with_them()
    {
        using var analyst = await DatasetCaller.NewAsync("analyst");
        await analyst.PostCsvAsync(dataset, "n,c,b,label,id\n4,z,true,yes,theirs\n").ReadAsync();
        await caller.SnapshotAsync(dataset);
        foreach (var label in (string[])["no", "yes"])
            await caller.Http.PutAsync($"{dataset}/labels/theirs", DatasetCaller.Json($$"""{"label": "{{label}}"}""")).ReadAsync();

        Assert.That(await DatasetServices.Training.ExportAsync(analyst.Subject), Does.Contain("\"n\":4,\"c\":\"z\""));
        Assert.That(await DatasetServices.Training.EraseFromDatasetsAsync(analyst.Subject), Is.EqualTo(2), "as it was posted, for the snapshot, and as it is");
        Assert.That(await caller.Http.GetAsync($"{dataset}/labels/theirs").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await caller.GetAsync(dataset))["dataset"]!["labels"]!.GetValue<int>(), Is.EqualTo(3));
    }

    [Test]
    public async Task An_owner_who_is_erased_takes_the_data_sets_with_them()
    {
        await caller.SnapshotAsync(dataset);
        Assert.That(await DatasetServices.Training.EraseFromDatasetsAsync(caller.Subject), Is.EqualTo(4), "three rows and a data set");
        Assert.That(await caller.Http.GetAsync(dataset).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Of_nothing_there_is_none() =>
        Assert.That((await caller.SnapshotAsync(await caller.CreateAsync(), HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("no-labels"));

    private async Task<string[]> LinesAsync(string path) => (await caller.Http.GetStringAsync(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
