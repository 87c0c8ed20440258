using System.Net;
using System.Net.Sockets;
using System.Text;
using Integration.AuthService;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

/// <summary>Requests that no client library would send.</summary>
public class HostileRequestTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private GatewayApplication _gateway = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
        _gateway = await StartNewAsync(_auth, [_inference.Address]);
        await _gateway.WaitUntilReadyAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [TestCase("/v1/models/..%2f..%2finternal%2fexchange")]
    [TestCase("/v1/models/..%2F..%2Finternal%2Fexchange/predict")]
    [TestCase("/v1/models/%252e%252e%252finternal")]
    [TestCase("/v1/models/..%5c..%5cinternal")]
    [TestCase("/v1/auth/..%2f..%2finternal/exchange")]
    [TestCase("/v1/models/a%0d%0aX-Role:%20admin")]
    [TestCase("/v1/models/a%00")]
    public async Task A_path_that_means_something_else_behind_is_refused(string path) =>
        Assert.That(await StatusOfAsync($"GET {path} HTTP/1.1"), Is.EqualTo(400).Or.EqualTo(401));

    [TestCase("/v1/models/../../internal/exchange")]
    [TestCase("/v1/models/%2e%2e/%2e%2e/internal/exchange")]
    [TestCase("/v1/models/x/../../../internal/exchange")]
    [TestCase("/./internal/exchange")]
    [TestCase("//internal/exchange")]
    public async Task Nobody_climbs_out_of_a_route(string path) => Assert.That(await StatusOfAsync($"GET {path} HTTP/1.1"), Is.EqualTo(404).Or.EqualTo(400));

    [Test]
    public async Task Nothing_of_it_reached_a_service()
    {
        var before = _inference.Requests;
        foreach (var path in new[] { "/v1/models/..%2f..%2finternal%2fexchange", "/v1/models/../../internal/exchange", "/v1/models/a%0d%0ab" })
            await StatusOfAsync($"GET {path} HTTP/1.1");
        Assert.That(_inference.Requests, Is.EqualTo(before));
    }

    [Test]
    public async Task A_header_of_a_megabyte_is_431() =>
        Assert.That(await StatusOfAsync("GET /v1/models HTTP/1.1", $"X-Large: {new string('a', 1024 * 1024)}"), Is.EqualTo(431));

    [Test]
    public async Task Ten_thousand_headers_are_431() =>
        Assert.That(await StatusOfAsync("GET /v1/models HTTP/1.1", [.. Enumerable.Range(0, 10_000).Select(i => $"X-{i}: a")]), Is.EqualTo(431));

    [TestCase("X-Request-Id: a\rX-Injected: b")]
    [TestCase("X-Request-Id: a\0b")]
    [TestCase("User-Agent: a\rb")]
    public async Task A_header_with_a_line_break_in_it_is_400(string header) => Assert.That(await StatusOfAsync("GET /v1/models HTTP/1.1", header), Is.EqualTo(400));

    [TestCase("a%0d%0aX-Injected:%20b")]
    [TestCase("a;b")]
    [TestCase("../../x")]
    public async Task A_request_id_that_is_no_token_is_replaced(string id)
    {
        var answer = await AnswerToAsync("GET /v1/models HTTP/1.1", $"X-Request-Id: {id}");
        Assert.That(answer, Does.StartWith("HTTP/1.1 200").And.Not.Contain("Injected"));
        Assert.That(answer, Does.Match("(?i)x-request-id: [0-9a-f]{32}\r\n"));
    }

    [Test]
    public async Task A_length_and_chunks_at_once_smuggle_nothing()
    {
        var before = _inference.Requests;
        var answer = await ExchangeAsync("POST /predict HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n", body: "0\r\n\r\nGET /internal HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.That(_inference.Requests - before, Is.LessThanOrEqualTo(1), answer);
    }

    [TestCase("gzip", "/v1/models/mask-detector/predict")]
    [TestCase("br", "/v1/models/mask-detector/predict")]
    [TestCase("gzip, gzip", "/v2/models/x/infer")]
    [TestCase("br", "/v2/models/x/infer")]
    [TestCase("gzip", "/detect")]
    [TestCase("gzip", "/v1/models/mask-detector/tasks")]
    public async Task A_packed_body_is_415_where_nobody_unpacks_it_with_a_limit(string encoding, string path)
    {
        var token = await _auth.NewUserTokenAsync();
        var body = new ByteArrayContent([1, 2, 3]) { Headers = { { "Content-Encoding", encoding } } };
        using var response = await _gateway.SendAsync(HttpMethod.Post, path, body, Bearer(token));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType), await response.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Where_a_service_unpacks_it_it_passes_as_it_is()
    {
        var body = new ByteArrayContent([1, 2, 3]) { Headers = { { "Content-Encoding", "gzip" } } };
        var seen = await _gateway.SendAsync(HttpMethod.Post, "/v2/models/x/infer", body).ReadAsync();
        Assert.That((seen["headers"]!.Text("content-encoding"), seen["bytes"]!.GetValue<long>()), Is.EqualTo(("gzip", 3L)));
    }

    private async Task<int> StatusOfAsync(string requestLine, params string[] headers)
    {
        var answer = await ExchangeAsync(string.Join("\r\n", [requestLine, .. headers]));
        return answer.Length == 0 ? 0 : int.Parse(answer.Split(' ')[1]);
    }

    private Task<string> AnswerToAsync(string requestLine, string header) => ExchangeAsync($"{requestLine}\r\n{header}");

    /// <summary>What comes back until the gateway closes the connection.</summary>
    private async Task<string> ExchangeAsync(string head, string? body = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _gateway.Client.BaseAddress!.Port);
        var stream = client.GetStream();
        var answer = ReadAsync(stream);
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"{head.TrimEnd()}\r\nHost: localhost\r\nConnection: close\r\n\r\n{body}"));
        }
        catch (IOException)
        {
            // Refused before all of it was sent: the answer says why.
        }
        return await answer.WaitAsync(Eventually.Deadline);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var received = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
                received.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (IOException)
        {
            // Closed with unread bytes of ours: what came before stands.
        }
        return received.ToString();
    }
}
