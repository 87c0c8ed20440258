using System.Net;
using System.Net.Http.Headers;
using System.Text;
using NUnit.Framework;
using static Integration.InferenceService.Tasks.TaskApplication;

namespace Integration.InferenceService.Tasks;

/// <summary>Bad input is an answer, and leaves nothing: no task, no file.</summary>
[TestFixture]
public sealed class TaskRefusalTests
{
    private const int MaxInputBytes = 100_000, MaxZipEntries = 10;
    private readonly string spool = Repository.NewTemporaryFolder("spool");
    private TaskApplication tasks = null!;

    [OneTimeSetUp]
    public async Task Start() => tasks = await StartNewAsync(
        ("MaxInputBytes", $"{MaxInputBytes}"), ("MaxZipEntries", $"{MaxZipEntries}"), ("MaxOpenPerCaller", "1"), ("SpoolPath", spool));

    [OneTimeTearDown]
    public async Task Stop()
    {
        await tasks.DisposeAsync();
        Directory.Delete(spool, recursive: true);
    }

    [TearDown]
    public async Task Nothing_is_left()
    {
        Assert.That(await tasks.CountAsync("tasks WHERE owner = 'caller-1'"), Is.Zero);
        Assert.That(Directory.GetFiles(spool), Is.Empty);
    }

    private static IEnumerable<TestCaseData> BadRows =>
    [
        Case("a quote that is never closed", Csv("MSG,1,2,3", "\"MSG,1,2,3", "MSG,1,2,3"), "text/csv", HttpStatusCode.UnprocessableEntity, "broken-csv", "Line 3 "),
        Case("a quote in a field", Csv("MSG,1,2,3", "M\"SG,1,2,3"), "text/csv", HttpStatusCode.UnprocessableEntity, "broken-csv", "Line 3 "),
        Case("a header without a column", "abuse_type,report_text_len\nMSG,1", "text/csv", HttpStatusCode.UnprocessableEntity, "bad-header", "profile_rating"),
        Case("a header and no row", Csv(), "text/csv", HttpStatusCode.BadRequest, "invalid-field", "no rows"),
        Case("an empty body", "", "application/x-ndjson", HttpStatusCode.BadRequest, "invalid-field", "empty"),
        Case("JSON that breaks off", """{"rows": [{"abuse_type": """, "application/json", HttpStatusCode.BadRequest, "invalid-field", "JSON"),
        Case("JSON without rows", """{"lines": []}""", "application/json", HttpStatusCode.BadRequest, "invalid-field", "'rows'"),
        Case("another type", "<rows/>", "application/xml", HttpStatusCode.UnsupportedMediaType, "unsupported-type", "application/xml"),
        Case("images for a model of rows", "PK", "application/zip", HttpStatusCode.UnsupportedMediaType, "unsupported-type", "takes rows"),
        Case("too many bytes", Ndjson(2000), "application/x-ndjson", HttpStatusCode.RequestEntityTooLarge, "too-large", "Tasks:MaxInputBytes"),
    ];

    [TestCaseSource(nameof(BadRows))]
    public async Task Bad_rows_are_refused_at_the_door(string body, string contentType, HttpStatusCode status, string code, string detail) =>
        await Assert_that_it_is_refused(tasks.PostRowsAsync(body, contentType), status, code, detail);

    private static IEnumerable<TestCaseData> BadZips =>
    [
        Case("a zip cut off", Zip(("a.png", TestImages.Png()))[..^30], HttpStatusCode.UnprocessableEntity, "broken-zip", "cut off"),
        Case("no zip", "PK and nothing else"u8.ToArray(), HttpStatusCode.UnprocessableEntity, "broken-zip", "cut off"),
        Case("only folders", Zip(("a/", [])), HttpStatusCode.BadRequest, "invalid-field", "no files"),
        Case("too many entries", Zip(Enumerable.Range(0, MaxZipEntries + 1).Select(i => ($"{i}.png", Array.Empty<byte>()))), HttpStatusCode.RequestEntityTooLarge, "too-large", "11 entries"),
        Case("a bomb", Zip(("zeros.bmp", new byte[20_000_000])), HttpStatusCode.RequestEntityTooLarge, "too-large", "Tasks:MaxZipRatio"),
    ];

    [TestCaseSource(nameof(BadZips))]
    public async Task Bad_zips_are_refused_at_the_door(byte[] zip, HttpStatusCode status, string code, string detail) =>
        await Assert_that_it_is_refused(tasks.PostAsync(tasks.Images, zip, "application/zip"), status, code, detail);

    [Test]
    public async Task A_form_cut_off_is_refused()
    {
        var body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nabc"u8.ToArray();
        await Assert_that_it_is_refused(tasks.PostAsync(tasks.Images, body, "multipart/form-data; boundary=b"), HttpStatusCode.BadRequest, "invalid-field", "cut off");
    }

    private static IEnumerable<TestCaseData> Padded =>
    [
        Case("a text part that nobody reads", $"--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n{new string('x', 2 * MaxInputBytes)}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ndjson\"\r\n\r\n{Ndjson(1)}\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        Case("properties that nobody reads", $$"""{{{string.Concat(Enumerable.Range(0, 200).Select(i => $"\"p{i}\": \"{new string('x', MaxInputBytes / 100)}\", "))}} "rows": [{{Row(1)}}]}""", "application/json"),
    ];

    [TestCaseSource(nameof(Padded))]
    public async Task What_is_skipped_counts_as_well(string body, string contentType) =>
        await Assert_that_it_is_refused(tasks.PostAsync(tasks.Rows, new Unannounced(body, contentType)), HttpStatusCode.RequestEntityTooLarge, "too-large", "Tasks:MaxInputBytes");

    [Test]
    public async Task An_unknown_model_is_404() =>
        await Assert_that_it_is_refused(tasks.PostAsync("no-such-model", [1], "application/zip"), HttpStatusCode.NotFound, "unknown-model", "no-such-model");

    [Test]
    public async Task More_open_tasks_than_a_caller_may_have_are_429()
    {
        using var busy = await tasks.Replicas[0].CallerAsync("busy");
        await tasks.ExecuteAsync($"""
            INSERT INTO tasks (id, owner, model, top, status, kind, sha256, bytes, total, not_before, created_at)
            VALUES ('{Guid.CreateVersion7()}', 'busy', '{tasks.Rows}', 5, 'queued', 'ndjson', '', 1, 1, 'infinity', now())
            """);
        await Assert_that_it_is_refused(
            tasks.PostAsync(tasks.Rows, Encoding.UTF8.GetBytes(Ndjson(1)), "application/x-ndjson", caller: busy), HttpStatusCode.TooManyRequests, "too-many-tasks", "Tasks:MaxOpenPerCaller");
    }

    private static TestCaseData Case(string name, params object[] arguments) => new TestCaseData(arguments).SetName(name);

    private static async Task Assert_that_it_is_refused(Task<HttpResponseMessage> post, HttpStatusCode status, string code, string detail)
    {
        var problem = await post.ReadAsync(status);
        Assert.That(problem.Text("code"), Is.EqualTo(code));
        Assert.That(problem.Text("detail"), Does.Contain(detail));
    }

    /// <summary>A body that does not say its length first.</summary>
    private sealed class Unannounced : HttpContent
    {
        private readonly byte[] body;

        public Unannounced(string body, string contentType)
        {
            this.body = Encoding.UTF8.GetBytes(body);
            Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(body).AsTask();

        protected override bool TryComputeLength(out long length) => (length = 0) > 0;
    }
}
