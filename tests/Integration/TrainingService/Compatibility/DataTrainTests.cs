using System.Net;
using Integration.TrainingService.Datasets;
using NUnit.Framework;

namespace Integration.TrainingService.Compatibility;

public class DataTrainTests
{
    [Test]
    public async Task Rows_are_stored_and_those_that_are_there_counted_as_duplicates()
    {
        using var user = await DocumentUser.NewAsync();

        var first = await user.PostAsync("""[{"x": 1, "plan": "pro", "label": 1}, {"x": 2, "plan": "free", "label": 0}]""").ReadAsync();
        var second = await user.PostAsync("""[{"x": 2, "plan": "free", "label": 0}, {"x": 3, "plan": "free", "label": 0}]""").ReadAsync();

        Assert.That((first["added"]!.GetValue<int>(), first["labels"]!.GetValue<int>()), Is.EqualTo((2, 2)));
        Assert.That((second["added"]!.GetValue<int>(), second["duplicates"]!.GetValue<int>(), second["labels"]!.GetValue<int>()), Is.EqualTo((1, 1, 3)));
    }

    [Test]
    public async Task Posts_at_once_make_one_data_set()
    {
        using var user = await DocumentUser.NewAsync();
        var posts = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => user.PostAsync($$"""[{"x": {{i}}, "label": {{i % 2}}}]""").ReadAsync()));

        Assert.That(posts.Max(post => post["labels"]!.GetValue<int>()), Is.EqualTo(4));
    }

    [TestCase("2")]
    [TestCase("0.5")]
    [TestCase("true")]
    [TestCase("\"yes\"")]
    public async Task A_label_that_is_neither_0_nor_1_is_refused_with_its_row_and_nothing_is_stored(string label)
    {
        using var user = await DocumentUser.NewAsync();
        var refused = await user.PostAsync($$"""[{"x": 1, "label": 1}, {"x": 2, "label": {{label}}}]""").ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That((refused.Text("code"), refused["rows"]![0]!["row"]!.GetValue<int>(), refused["rows"]![0]!.Text("column")), Is.EqualTo(("bad-rows", 2, "label")));
        Assert.That(await DocumentUser.CountAsync($"""SELECT count(*) AS "Value" FROM datasets WHERE owner = {user.Subject}"""), Is.Zero, "not even the data set");
    }

    [TestCase("""[{"x": 1}]""", "label")]
    [TestCase("""[{"x": 1, "label": 1}, {"y": 1, "label": 1}]""", "y")]
    [TestCase("""[{"x": 1, "label": 1}, {"x": "much", "label": 1}]""", "x")]
    [TestCase("""[{"x": 1, "label": 1}, {"x": 1e40, "label": 0}]""", "x")]
    public async Task A_bad_row_is_refused_with_its_column(string rows, string column)
    {
        using var user = await DocumentUser.NewAsync();
        var refused = await user.PostAsync(rows).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(refused["rows"]!.AsArray().Select(row => row!.Text("column")), Does.Contain(column));
    }

    [TestCase("""{"x": 1, "label": 1}""", HttpStatusCode.BadRequest)]
    [TestCase("[]", HttpStatusCode.UnprocessableEntity)]
    [TestCase("[{", HttpStatusCode.BadRequest)]
    public async Task What_is_no_array_of_rows_is_refused(string body, HttpStatusCode expected)
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync(body).ReadAsync(expected);
    }

    [Test]
    public async Task A_repeated_post_with_its_key_gets_the_first_answer()
    {
        using var user = await DocumentUser.NewAsync();
        var rows = DocumentUser.Rows(20);
        var first = await user.PostAsync(rows, key: "post-1").ReadAsync();
        using var again = await user.PostAsync(rows, key: "post-1");

        Assert.That(again.Headers.Contains("Idempotency-Replayed"));
        Assert.That((await again.ReadAsync()).ToJsonString(), Is.EqualTo(first.ToJsonString()));
    }

    [Test]
    public async Task Rows_can_be_removed_some_or_all()
    {
        using var user = await DocumentUser.NewAsync();
        await user.PostAsync("""[{"x": 1, "id": "a", "label": 1}, {"x": 2, "label": 0}, {"x": 3, "label": 0}]""").ReadAsync();

        var one = await user.Http.DeleteAsync("/data/train?id=a").ReadAsync();
        Assert.That((one["removed"]!.GetValue<int>(), one["labels"]!.GetValue<int>()), Is.EqualTo((1, 2)));
        var all = await user.Http.DeleteAsync("/data/train").ReadAsync();
        Assert.That((all["removed"]!.GetValue<int>(), all["labels"]!.GetValue<int>()), Is.EqualTo((2, 0)));
        Assert.That((await user.Http.GetAsync("/model/train").ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("no-labels"));
    }

    [Test]
    public async Task Where_nothing_was_posted_there_is_nothing_to_remove()
    {
        using var user = await DocumentUser.NewAsync();
        Assert.That((await user.Http.DeleteAsync("/data/train").ReadAsync())["removed"]!.GetValue<int>(), Is.Zero);
    }

    [Test]
    public async Task Everybody_has_their_own_rows()
    {
        using var one = await DocumentUser.NewAsync();
        using var other = await DocumentUser.NewAsync();
        await one.PostAsync("""[{"x": 1, "label": 1}]""").ReadAsync();

        Assert.That((await other.PostAsync("""[{"quite": "else", "label": 1}]""").ReadAsync())["labels"]!.GetValue<int>(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_data_set_of_that_name_that_is_another_is_left_alone()
    {
        using var analyst = await DocumentUser.NewAsync("analyst", "predict", "train");
        await analyst.Http.PostAsync("/v1/datasets", DatasetCaller.Json("""{"name": "default", "kind": "image"}""")).ReadAsync(HttpStatusCode.Created);

        Assert.That((await analyst.PostAsync("""[{"x": 1, "label": 1}]""").ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("other-data-set"));
    }

    [Test]
    public async Task An_analyst_finds_them_as_the_data_set_default()
    {
        using var analyst = await DocumentUser.NewAsync("analyst", "predict", "train");
        await analyst.PostAsync("""[{"x": 1, "label": 1}]""").ReadAsync();

        var label = (await analyst.Http.GetAsync("/v1/datasets/default").ReadAsync())["dataset"]!["schema"]!["label"]!;
        Assert.That((label.Text("type"), label["values"]!.ToJsonString()), Is.EqualTo(("binary", """["0","1"]""")));
    }

    [Test]
    public async Task Guests_and_those_who_may_not_predict_have_none()
    {
        using var guest = await DocumentUser.NewAsync("guest", "predict");
        using var reader = await DocumentUser.NewAsync("user", "insights");

        Assert.That((await guest.PostAsync("""[{"x": 1, "label": 1}]""").ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("needs-account"));
        Assert.That((await reader.PostAsync("""[{"x": 1, "label": 1}]""").ReadAsync(HttpStatusCode.Forbidden)).Text("code"), Is.EqualTo("missing-scope"));
    }
}
