using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>What is refused leaves nothing behind.</summary>
public class RefusalTests
{
    private const int MaxImageBytes = 1_000_000;
    private StorageApplication storage = null!;

    [SetUp]
    public async Task StartAsync() => storage = await StartNewAsync(new Dictionary<string, string> { ["Storage:MaxBytes:Image"] = $"{MaxImageBytes}" });

    [TearDown]
    public async Task StopAsync()
    {
        Assert.That(storage.Files(), Is.Empty, "files left behind");
        await storage.DisposeAsync();
    }

    [Test]
    public async Task Content_with_another_hash_is_422()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content, sha256: Sha256(SomeContent()));
        await AssertProblemAsync(put, HttpStatusCode.UnprocessableEntity, "hash-mismatch", "sha256");
    }

    [Test]
    public async Task More_than_the_kind_admits_is_413()
    {
        using var put = await storage.PutAsync("alice", SomeContent(MaxImageBytes + 1));
        await AssertProblemAsync(put, HttpStatusCode.RequestEntityTooLarge, "too-large", "body");
    }

    [Test]
    public async Task More_than_the_kind_admits_is_413_when_the_length_was_not_announced()
    {
        var content = SomeContent(MaxImageBytes + 1);
        using var body = new StreamContent(new MemoryStream(content));
        body.Headers.ContentLength = null;
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/objects/alice/{Sha256(content)}?kind=image") { Content = body };
        request.Headers.TransferEncodingChunked = true;

        using var put = await storage.Client.SendAsync(request);

        await AssertProblemAsync(put, HttpStatusCode.RequestEntityTooLarge, "too-large", "body");
    }

    [TestCase("")]
    [TestCase("video")]
    public async Task An_unknown_kind_is_400(string kind)
    {
        using var put = await storage.PutAsync("alice", SomeContent(), kind: kind);
        await AssertProblemAsync(put, HttpStatusCode.BadRequest, "invalid-field", "kind");
    }

    [TestCase("..%2f..%2fetc")]
    [TestCase("%2e%2e")]
    [TestCase("a%5cb")]
    [TestCase("a%00b")]
    [TestCase("a.b")]
    [TestCase("%C3%A4")]
    public async Task An_owner_that_could_be_a_path_is_400(string owner)
    {
        var answer = await PutRawAsync($"/objects/{owner}/{Sha256([])}?kind=image");
        // Either the server throws the address out, or we name the owner.
        Assert.That(answer, Does.StartWith("HTTP/1.1 400").Or.StartWith("HTTP/1.1 404"));
    }

    [TestCase("/objects/../../../etc/passwd")]
    [TestCase("/objects/alice/../../../../etc/passwd")]
    [TestCase("/objects/alice/..%2f..%2f..%2fetc%2fpasswd")]
    public async Task A_path_out_of_the_store_is_no_object(string path)
    {
        var answer = await PutRawAsync(path);
        Assert.That(answer, Does.StartWith("HTTP/1.1 400").Or.StartWith("HTTP/1.1 404"));
    }

    [Test]
    public async Task A_client_that_hangs_up_leaves_nothing()
    {
        var content = SomeContent();
        using (var connection = await ConnectAsync())
        {
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head($"/objects/alice/{Sha256(content)}?kind=image", content.Length)));
            await connection.GetStream().WriteAsync(content.AsMemory(0, 50_000));
            await Eventually.IsTrueAsync(() => Task.FromResult(storage.Files().Count == 1), "the upload has begun", () => storage.Log);
        }
        await Eventually.IsTrueAsync(() => Task.FromResult(storage.Files().Count == 0), "what had come is gone", () => storage.Log);
    }

    [Test]
    public async Task Without_the_scope_it_is_403_and_without_a_token_401()
    {
        using var user = await storage.ClientWithScopeAsync("predict", "admin");
        using var nobody = new HttpClient { BaseAddress = storage.Client.BaseAddress };

        using var forbidden = await user.GetAsync($"/objects/alice/{Sha256([])}");
        using var unauthenticated = await nobody.GetAsync($"/objects/alice/{Sha256([])}");

        await AssertProblemAsync(forbidden, HttpStatusCode.Forbidden, "missing-scope", field: null);
        await AssertProblemAsync(unauthenticated, HttpStatusCode.Unauthorized, "unauthenticated", field: null);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code, string? field)
    {
        Assert.That(response.StatusCode, Is.EqualTo(status));
        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo(code));
        if (field is not null)
            Assert.That(problem.GetProperty("errors").TryGetProperty(field, out _), Is.True, problem.ToString());
    }

    /// <summary>HttpClient would tidy such an address up.</summary>
    private async Task<string> PutRawAsync(string path)
    {
        using var connection = await ConnectAsync();
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head(path, length: 0)));
        using var answer = new StreamReader(connection.GetStream());
        return (await answer.ReadLineAsync().WaitAsync(Eventually.Deadline))!;
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(storage.Client.BaseAddress!.Host, storage.Client.BaseAddress.Port);
        return connection;
    }

    private string Head(string path, int length) =>
        $"PUT {path} HTTP/1.1\r\nHost: storage\r\nAuthorization: {storage.Client.DefaultRequestHeaders.Authorization}\r\nContent-Length: {length}\r\n\r\n";
}
