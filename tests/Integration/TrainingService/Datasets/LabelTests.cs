using System.Net;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

public class LabelTests
{
    private DatasetCaller caller = null!;
    private string dataset = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        caller = await DatasetCaller.NewAsync();
        dataset = await caller.CreateAsync();
        await caller.PostCsvAsync(dataset, "id,a,c,trusted,label\nr1,1,x,true,0\nr2,2,y,,1\nr3,3,x,,1\n").ReadAsync();
    }

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task They_are_read_by_page_and_filter()
    {
        var first = await caller.GetAsync($"{dataset}/labels?limit=2");
        var second = await caller.GetAsync($"{dataset}/labels?limit=2&cursor={first.Text("next")}");

        Assert.That(first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(l => l!.Text("givenId")), Is.EqualTo(new[] { "r1", "r2", "r3" }));
        Assert.That(second["next"], Is.Null);
        Assert.That(await FindAsync("?label=1"), Is.EqualTo("r2 r3"));
        Assert.That(await FindAsync("?trusted=true"), Is.EqualTo("r1"));
        Assert.That(await FindAsync("?labelled=false"), Is.Empty);
        Assert.That(await FindAsync("?source=post"), Is.EqualTo("r1 r2 r3"));
        Assert.That(await FindAsync("?source=labelling"), Is.Empty);
        Assert.That(await FindAsync("?id=r3&id=r1"), Is.EqualTo("r1 r3"));
        Assert.That(await FindAsync($"?to={Uri.EscapeDataString(DateTimeOffset.UtcNow.AddHours(-1).ToString("O"))}"), Is.Empty);
        Assert.That(await FindAsync($"?from={Uri.EscapeDataString(DateTimeOffset.UtcNow.AddHours(-1).ToString("O"))}"), Is.EqualTo("r1 r2 r3"));
    }

    [TestCase("?limit=0", "limit")]
    [TestCase("?limit=1001", "limit")]
    [TestCase("?cursor=x", "cursor")]
    [TestCase("?source=heaven", "source")]
    [TestCase("?from=yesterday", "from")]
    public async Task A_wrong_filter_is_named(string query, string field) =>
        Assert.That((await caller.Http.GetAsync($"{dataset}/labels{query}").ReadAsync(HttpStatusCode.BadRequest)).Field(), Is.EqualTo(field));

    [Test]
    public async Task One_is_removed_by_our_id_or_the_given_one()
    {
        var ours = (await caller.LabelsAsync(dataset, "?id=r1"))[0]!.Text("id");
        Assert.That(await caller.Http.DeleteAsync($"{dataset}/labels/{ours}").StatusAsync(), Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await caller.Http.DeleteAsync($"{dataset}/labels/r2").StatusAsync(), Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await caller.Http.DeleteAsync($"{dataset}/labels/r2").StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await FindAsync(""), Is.EqualTo("r3"));
    }

    [Test]
    public async Task Many_are_removed_by_filter_and_all_by_none()
    {
        var removed = await caller.Http.DeleteAsync($"{dataset}/labels?label=1").ReadAsync();
        Assert.That(removed["removed"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(removed["labels"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(await FindAsync(""), Is.EqualTo("r1"));
        await caller.Http.DeleteAsync($"{dataset}/labels").ReadAsync(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task What_was_removed_can_be_posted_again()
    {
        await caller.Http.DeleteAsync($"{dataset}/labels?label=1").ReadAsync();
        var again = await caller.PostCsvAsync(dataset, "id,a,c,label\nr2,2,y,1\n").ReadAsync();
        Assert.That(again["added"]!.GetValue<int>(), Is.EqualTo(1));
    }

    [Test]
    public async Task Another_label_keeps_the_id_and_is_on_record()
    {
        var ours = (await caller.LabelsAsync(dataset, "?id=r2"))[0]!.Text("id");

        var put = await caller.PutLabelAsync(dataset, "r2", "0").ReadAsync();

        Assert.That(put.Text("id"), Is.EqualTo(ours));
        Assert.That(put["label"]!.GetValue<int>(), Is.Zero);
        Assert.That(put["source"]!.GetValue<string>(), Is.EqualTo("labelling"));
        Assert.That(await FindAsync("?label=1"), Is.EqualTo("r3"));
        Assert.That((await caller.GetAsync(dataset))["dataset"]!["labels"]!.GetValue<int>(), Is.EqualTo(3));
        await caller.PutLabelAsync(dataset, "r2", "\"red\"").ReadAsync(HttpStatusCode.UnprocessableEntity);
        await caller.PutLabelAsync(dataset, "r9", "0").ReadAsync(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_label_that_makes_two_rows_the_same_is_refused()
    {
        await caller.PostCsvAsync(dataset, "id,a,c,label\nr4,2,y,0\n").ReadAsync(); // as r2, with another label
        var problem = await caller.PutLabelAsync(dataset, "r4", "1").ReadAsync(HttpStatusCode.Conflict);
        Assert.That(problem.Text("code"), Is.EqualTo("duplicate-label"));
        Assert.That(await FindAsync("?label=0"), Is.EqualTo("r1 r4"));
    }

    [Test]
    public async Task Statistics_count_classes_ranges_categories_missing_duplicates_and_contradictions()
    {
        await caller.PostCsvAsync(dataset, "a,c,label\n1,x,0\n2,y,0\n,,1\n-5.5,x,1\n").ReadAsync();

        var statistics = await caller.GetAsync($"{dataset}/statistics");

        Assert.That(statistics["labels"]!.GetValue<int>(), Is.EqualTo(6));
        Assert.That(statistics["trusted"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(statistics["duplicates"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(statistics["contradicting"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(statistics["classes"]!.ToJsonString(), Is.EqualTo("""[{"value":"1","count":4},{"value":"0","count":2}]"""));
        var (a, c) = (statistics["columns"]![0]!, statistics["columns"]![1]!);
        Assert.That((a["missing"]!.GetValue<int>(), a["min"]!.GetValue<double>(), a["max"]!.GetValue<double>()), Is.EqualTo((1, -5.5, 3.0)));
        Assert.That(a["mean"]!.GetValue<double>(), Is.EqualTo((1 + 2 + 3 + 2 - 5.5) / 5).Within(1e-9));
        Assert.That(c["most"]!.ToJsonString(), Is.EqualTo("""[{"value":"x","count":3},{"value":"y","count":2}]"""));
    }

    [Test]
    public async Task Every_change_is_announced_in_its_order()
    {
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "labels.*");
        var fresh = await caller.CreateAsync();
        var id = fresh.Split('/')[^1];
        await caller.PostCsvAsync(fresh, "id,a,label\nq1,1,0\nq2,2,1\n").ReadAsync();
        await caller.PostCsvAsync(fresh, "a,label\n1,0\n").ReadAsync(); // nothing new, no event
        await caller.PutLabelAsync(fresh, "q1", "1").ReadAsync();
        await caller.Http.DeleteAsync($"{fresh}/labels/q2").StatusAsync();
        await caller.Http.DeleteAsync(fresh).StatusAsync();

        var events = await subscriber.WaitForAsync(id, 5, () => DatasetServices.Training.Log);

        Assert.That(
            events.Select(e => $"{e.RoutingKey} {e.Body.GetProperty("revision")} {(e.Body.TryGetProperty("added", out var added) ? added : e.Body.GetProperty("removed"))} {e.Body.GetProperty("labels")}"),
            Is.EqualTo(new[] { "labels.added 1 2 2", "labels.removed 2 1 2", "labels.added 2 1 2", "labels.removed 3 1 1", "labels.removed 4 1 0" }));
        Assert.That(events[0].Body.GetProperty("owner").GetString(), Is.EqualTo(caller.Subject));
    }

    private async Task<string> FindAsync(string query) => string.Join(' ', (await caller.LabelsAsync(dataset, query)).Select(l => l!.Text("givenId")));
}
