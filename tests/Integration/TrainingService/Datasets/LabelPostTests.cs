using System.Net;
using System.Text;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

public class LabelPostTests
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
    public async Task The_same_rows_as_CSV_NDJSON_and_JSON_are_the_same_labels()
    {
        var csv = await caller.PostCsvAsync(dataset, "age,city,member,label\n31,Bern,true,yes\n,\"St. Gallen, Ost\",false,no\n").ReadAsync();
        var ndjson = await caller.PostNdjsonAsync(dataset,
            """{"city": "Bern", "age": 31, "member": true, "label": "yes"}""", "", """{"label": "no", "age": null, "city": "St. Gallen, Ost", "member": false}""").ReadAsync();
        var json = await caller.PostJsonAsync(dataset, """
            [{"age": 31.0, "city": "Bern", "member": true, "label": "yes"}, {"age": 40, "city": "Chur", "member": null, "label": "no"}]
            """).ReadAsync();

        Assert.That(csv["added"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(ndjson["added"]!.GetValue<int>(), Is.Zero);
        Assert.That(ndjson["duplicates"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(json.ToJsonString(), Is.EqualTo("""{"added":1,"duplicates":1,"revision":2,"labels":3,"unlabelled":0}"""));
        var labels = await caller.LabelsAsync(dataset);
        Assert.That(labels.Select(l => $"{l!["label"]} {l["values"]!.ToJsonString()}"), Is.EqualTo(new[]
        {
            """yes {"age":31,"city":"Bern","member":true}""",
            """no {"age":null,"city":"St. Gallen, Ost","member":false}""",
            """no {"age":40,"city":"Chur","member":null}""",
        }));
    }

    [TestCase("a,label\n1,x\n2,y\n", """{"columns":[{"name":"a","type":"number"}],"label":{"type":"binary","inferred":true,"values":["x","y"],"valueCount":2}}""")]
    [TestCase("a,label\ntrue,1\nfalse,0\n", """{"columns":[{"name":"a","type":"boolean"}],"label":{"type":"binary","inferred":true,"values":["1","0"],"valueCount":2}}""")]
    [TestCase("a,label\nq,1\nr,2\nq,3\n", """{"columns":[{"name":"a","type":"category","values":["q","r"],"valueCount":2}],"label":{"type":"multi-class","inferred":true,"values":["1","2","3"],"valueCount":3}}""")]
    [TestCase("label,a,b\n1.5,,3\n2,,4\n", """{"columns":[{"name":"a","type":"number"},{"name":"b","type":"number"}],"label":{"type":"number","inferred":true}}""")]
    public async Task The_first_post_says_the_schema(string csv, string schema)
    {
        await caller.PostCsvAsync(dataset, csv).ReadAsync();
        var details = await caller.GetAsync(dataset);
        Assert.That(details["dataset"]!["schema"]!.ToJsonString(), Is.EqualTo(schema));
    }

    [Test]
    public async Task With_columns_given_the_label_is_still_told_from_the_labels()
    {
        dataset = await caller.CreateAsync(schema: """{"columns": [{"name": "a", "type": "number"}]}""");
        await caller.PostNdjsonAsync(dataset, """{"a": 1, "label": 0}""", """{"a": 2, "label": 1}""").ReadAsync();
        Assert.That(await LabelTypeAsync(), Is.EqualTo("binary"));
        await caller.PostNdjsonAsync(dataset, """{"a": 3, "label": 0.5}""").ReadAsync();
        Assert.That(await LabelTypeAsync(), Is.EqualTo("number"));
    }

    [Test]
    public async Task The_inferred_label_type_follows_the_labels_that_come()
    {
        await caller.PostNdjsonAsync(dataset, """{"a": 1, "label": 0}""").ReadAsync();
        await caller.PostNdjsonAsync(dataset, """{"a": 2, "label": 1}""").ReadAsync();
        Assert.That(await LabelTypeAsync(), Is.EqualTo("binary"));
        await caller.PostNdjsonAsync(dataset, """{"a": 3, "label": 2}""").ReadAsync();
        Assert.That(await LabelTypeAsync(), Is.EqualTo("multi-class"));
        await caller.PostNdjsonAsync(dataset, """{"a": 4, "label": 2.5}""").ReadAsync();
        Assert.That(await LabelTypeAsync(), Is.EqualTo("number"));
    }

    [TestCase("", "text/csv", HttpStatusCode.UnprocessableEntity, TestName = "Nothing at all")]
    [TestCase("a,label\n", "text/csv", HttpStatusCode.BadRequest, TestName = "Only a header")]
    [TestCase("[]", "application/json", HttpStatusCode.UnprocessableEntity, TestName = "An empty array")]
    [TestCase("{\"rows\": []}", "application/json", HttpStatusCode.BadRequest, TestName = "An object instead of an array")]
    [TestCase("[{\"a\": 1", "application/json", HttpStatusCode.BadRequest, TestName = "An array that is cut off")]
    [TestCase("a,label\n\"1,0\n", "text/csv", HttpStatusCode.UnprocessableEntity, TestName = "A quote that is never closed")]
    [TestCase("label\n1\n", "text/csv", HttpStatusCode.UnprocessableEntity, TestName = "A label and no columns")]
    [TestCase("PK", "application/zip", HttpStatusCode.UnsupportedMediaType, TestName = "A zip for a table")]
    [TestCase("hello", "text/html", HttpStatusCode.UnsupportedMediaType, TestName = "A web page")]
    public async Task What_is_no_input_is_refused_and_leaves_the_data_set_as_it_was(string body, string type, HttpStatusCode status)
    {
        await caller.PostAsync(dataset, body, type).ReadAsync(status);
        var details = await caller.GetAsync(dataset);
        Assert.That(details["dataset"]!["schema"], Is.Null);
        Assert.That(details["changes"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Ids_are_refused_when_they_are_another_rows_and_counted_when_it_is_the_same()
    {
        await caller.PostCsvAsync(dataset, "id,a,label\nr1,1,0\nr2,2,1\n").ReadAsync();

        var again = await caller.PostCsvAsync(dataset, "id,a,label\nr1,1,0\n").ReadAsync();
        var taken = await caller.PostCsvAsync(dataset, "id,a,label\nr3,3,0\nr1,4,0\n").ReadAsync(HttpStatusCode.UnprocessableEntity);
        var twice = await caller.PostCsvAsync(dataset, "id,a,label\nr4,5,0\nr4,6,0\n").ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(again["duplicates"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(taken["rows"]![0]!.ToJsonString(), Is.EqualTo("""{"row":2,"line":3,"column":"id","reason":"The id \u0027r1\u0027 is that of another row in the data set."}"""));
        Assert.That(twice["rows"]![0]!.Text("reason"), Does.Contain("row 1"));
        Assert.That(await CountAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task The_same_key_gives_the_same_answer_and_another_body_with_it_is_refused()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await PostWithKeyAsync(key, "a,label\n1,0\n2,1\n");
        using var second = await PostWithKeyAsync(key, "a,label\n1,0\n2,1\n");
        using var other = await PostWithKeyAsync(key, "a,label\n1,0\n2,0\n");

        Assert.That((await second.ReadAsync()).ToJsonString(), Is.EqualTo((await first.ReadAsync()).ToJsonString()));
        Assert.That(second.Headers.Contains("Idempotency-Replayed"));
        Assert.That((await other.ReadAsync(HttpStatusCode.UnprocessableEntity)).Text("code"), Is.EqualTo("idempotency-key-reused"));
        Assert.That(await CountAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task After_a_refusal_the_key_is_free_and_nothing_is_left_behind()
    {
        var key = Guid.NewGuid().ToString();
        using var refused = await PostWithKeyAsync(key, "a,label\n1,\n");
        using var taken = await PostWithKeyAsync(key, "a,label\n1,0\n");
        await refused.ReadAsync(HttpStatusCode.UnprocessableEntity);
        await taken.ReadAsync();
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Posts_at_once_come_one_after_the_other_and_share_the_categories()
    {
        var posts = Enumerable.Range(0, 8).Select(i => caller.PostCsvAsync(dataset, $"c,n,label\ncommon,{i},0\nonly-{i},{i},1\n"));
        foreach (var answer in await Task.WhenAll(posts))
            await answer.ReadAsync();

        var details = await caller.GetAsync(dataset);
        Assert.That(await CountAsync(), Is.EqualTo(16));
        Assert.That(details["dataset"]!["schema"]!["columns"]![0]!["valueCount"]!.GetValue<int>(), Is.EqualTo(9));
        Assert.That((await caller.LabelsAsync(dataset)).Select(l => l!["values"]!.Text("c")).Distinct().Count(), Is.EqualTo(9));
        Assert.That(details["changes"]!.AsArray().Select(c => c!["revision"]!.GetValue<int>()), Is.EqualTo(Enumerable.Range(1, 8).Reverse()));
    }

    private async Task<HttpResponseMessage> PostWithKeyAsync(string key, string csv)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{dataset}/labels") { Content = new StringContent(csv, Encoding.UTF8, "text/csv") };
        request.Headers.Add("Idempotency-Key", key);
        return await caller.Http.SendAsync(request);
    }

    private async Task<string> LabelTypeAsync() => (await caller.GetAsync(dataset))["dataset"]!["schema"]!["label"]!.Text("type");

    private async Task<long> CountAsync() => (await caller.GetAsync(dataset))["dataset"]!["labels"]!.GetValue<long>();
}
