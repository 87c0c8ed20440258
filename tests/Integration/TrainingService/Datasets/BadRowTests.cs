using System.Net;
using System.Text;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

public class BadRowTests
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
    public async Task With_one_bad_row_nothing_is_stored_and_the_bad_ones_are_told_by_line_and_column()
    {
        await caller.PostCsvAsync(dataset, "a,c,label\n1,x,0\n").ReadAsync();
        var csv = new StringBuilder("c,a,label\n");
        for (var i = 0; i < 300; i++)
            csv.Append(i % 2 == 0 ? $"x,{i},1\n" : $"x,twelve,1\n");

        var problem = await caller.PostCsvAsync(dataset, csv.ToString()).ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(problem.Text("code"), Is.EqualTo("bad-rows"));
        Assert.That(problem["badRows"]!.GetValue<int>(), Is.EqualTo(150));
        Assert.That(problem["rows"]!.AsArray(), Has.Count.EqualTo(100));
        Assert.That(problem["rows"]![0]!.ToJsonString(), Is.EqualTo("""{"row":2,"line":3,"column":"a","reason":"This must be a number."}"""));
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    [TestCase("""{"a": "1", "c": "x", "label": 0}""", "a", TestName = "Bad row: a text where a number belongs")]
    [TestCase("""{"a": 1, "c": 5, "label": 0}""", "c", TestName = "Bad row: a number where a category belongs")]
    [TestCase("""{"a": 1e999, "c": "x", "label": 0}""", "a", TestName = "Bad row: infinity")]
    [TestCase("""{"a": 1e39, "c": "x", "label": 0}""", "a", TestName = "Bad row: more than a float32 holds")]
    [TestCase("""{"a": "NaN", "c": "x", "label": 0}""", "a", TestName = "Bad row: NaN as text")]
    [TestCase("""{"a": [1], "c": "x", "label": 0}""", "a", TestName = "Bad row: a list")]
    [TestCase("""{"a": 1, "label": 0}""", "c", TestName = "Bad row: a column is not there")]
    [TestCase("""{"a": 1, "c": "x", "d": 3, "label": 0}""", "d", TestName = "Bad row: a column too many")]
    [TestCase("""{"a": 1, "a": 2, "c": "x", "label": 0}""", "a", TestName = "Bad row: a column twice")]
    [TestCase("""{"a": 1, "c": "x"}""", "label", TestName = "Bad row: no label")]
    [TestCase("""{"a": 1, "c": "x", "label": null}""", "label", TestName = "Bad row: label is null")]
    [TestCase("""{"a": 1, "c": "x", "label": "zero"}""", "label", TestName = "Bad row: a text among labels that are numbers")]
    [TestCase("""{"a": 1, "c": "x", "label": {"is": 0}}""", "label", TestName = "Bad row: a label that is an object")]
    [TestCase("""{"a": 1, "c": "", "label": 0}""", "c", TestName = "Bad row: an empty category")]
    [TestCase("""{"a": 1, "c": "x\u0000", "label": 0}""", "c", TestName = "Bad row: NUL in a category")]
    [TestCase("""{"a": 1, "c": "x", "label": 0, "trusted": "yes"}""", "trusted", TestName = "Bad row: trusted is no boolean")]
    [TestCase("""{"a": 1, "c": "x", "label": 0, "id": ""}""", "id", TestName = "Bad row: an empty id")]
    [TestCase("""[1, "x", 0]""", null, TestName = "Bad row: no object")]
    [TestCase("""{"a": 1, "c": "x", "label": 0""", null, TestName = "Bad row: cut off")]
    [TestCase("""{"a": 1, "c": "x", "label": 0} {}""", null, TestName = "Bad row: two objects")]
    [TestCase("""{"a": 1, "c": "\ud800", "label": 0}""", null, TestName = "Bad row: no Unicode")]
    public async Task A_bad_row_is_told_with_its_column(string row, string? column)
    {
        await caller.PostNdjsonAsync(dataset, """{"a": 1, "c": "x", "label": 0}""").ReadAsync();

        var problem = await caller.PostNdjsonAsync(dataset, """{"a": 2, "c": "y", "label": 1}""", row).ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(problem["badRows"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That(problem["rows"]![0]!["line"]!.GetValue<int>(), Is.EqualTo(2));
        Assert.That(problem["rows"]![0]!["column"]?.GetValue<string>(), Is.EqualTo(column));
        Assert.That(await CountAsync(), Is.EqualTo(1));
    }

    [TestCase("a,label\n1,0\n", "c", TestName = "Bad header: a column is missing")]
    [TestCase("a,c,d,label\n1,x,2,0\n", "d", TestName = "Bad header: a column too many")]
    [TestCase("a,c,a,label\n1,x,2,0\n", "a", TestName = "Bad header: a column twice")]
    [TestCase("a,c\n1,x\n", "label", TestName = "Bad header: no label")]
    public async Task A_bad_header_is_told_with_its_column(string csv, string column)
    {
        await caller.PostCsvAsync(dataset, "a,c,label\n1,x,0\n").ReadAsync();
        var problem = await caller.PostCsvAsync(dataset, csv).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Text("code"), Is.EqualTo("bad-columns"));
        Assert.That(problem.Field(), Is.EqualTo(column));
    }

    [Test]
    public async Task A_category_with_more_values_than_allowed_is_told_by_the_row_that_brings_one_too_many()
    {
        var csv = "c,label\n" + string.Concat(Enumerable.Range(0, 1005).Select(i => $"value-{i},{i % 2}\n"));
        var problem = await caller.PostCsvAsync(dataset, csv).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem["badRows"]!.GetValue<int>(), Is.EqualTo(5));
        Assert.That(problem["rows"]![0]!["line"]!.GetValue<int>(), Is.EqualTo(1002));
        Assert.That(problem["rows"]![0]!.Text("reason"), Does.Contain("Datasets:MaxCategories"));
    }

    [Test]
    public async Task What_a_given_schema_does_not_have_is_refused()
    {
        dataset = await caller.CreateAsync(schema: """
            {"columns": [{"name": "c", "type": "category", "values": ["x", "y"]}, {"name": "b", "type": "boolean"}], "label": {"type": "binary", "values": ["no", "yes"]}}
            """);
        await caller.PostCsvAsync(dataset, "c,b,label\nx,1,no\n,false,yes\n").ReadAsync();

        var problem = await caller.PostCsvAsync(dataset, "c,b,label\nz,1,no\nx,2,no\nx,0,maybe\n").ReadAsync(HttpStatusCode.UnprocessableEntity);

        Assert.That(problem["rows"]!.AsArray().Select(row => $"{row!["row"]} {row["column"]}"), Is.EqualTo(new[] { "1 c", "2 b", "3 label" }));
    }

    [Test]
    public async Task A_row_that_is_too_long_is_413() =>
        await caller.PostNdjsonAsync(dataset, $$"""{"a": "{{new string('x', 30_000)}}", "label": 0}""").ReadAsync(HttpStatusCode.RequestEntityTooLarge);

    [Test]
    public async Task A_body_said_to_be_larger_than_allowed_is_413_before_it_is_sent()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{dataset}/labels") { Content = new LongContent(2L << 30) };
        request.Headers.ExpectContinue = true;
        using var answer = await caller.Http.SendAsync(request);
        Assert.That((await answer.ReadAsync(HttpStatusCode.RequestEntityTooLarge)).Text("detail"), Does.Contain("Datasets:MaxInputBytes"));
    }

    private async Task<long> CountAsync() => (await caller.GetAsync(dataset))["dataset"]!["labels"]!.GetValue<long>();

    /// <summary>A length, and nothing that could be sent.</summary>
    private sealed class LongContent : HttpContent
    {
        private readonly long length;

        public LongContent(long length) => (this.length, Headers.ContentType) = (length, new("text/csv"));

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new InvalidOperationException("The body was sent.");

        protected override bool TryComputeLength(out long computed) => (computed = length) >= 0;
    }
}
