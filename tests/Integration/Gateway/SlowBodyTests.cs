using System.Net;
using System.Net.Sockets;
using System.Text;
using Integration.AuthService;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

/// <summary>Bodies that come in their own time. The upstream says what it got to see.</summary>
public class SlowBodyTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task A_body_streams_its_first_bytes_arrive_before_the_last_are_sent()
    {
        await using var gateway = await StartAsync(new Dictionary<string, string>());
        await using var sender = await ChunkSender.StartAsync(gateway, "/detect?streams");
        await sender.SendAsync(new string('a', 100_000)); // a part of an image
        await _inference.FirstBytes.GetOrAdd("?streams", _ => new()).Task.WaitAsync(Eventually.Deadline);
        await sender.SendAsync("last");
        await sender.EndAsync();
        Assert.That(await sender.AnswerAsync(), Does.StartWith("HTTP/1.1 200").And.Contain("\"bytes\":100004"));
    }

    [Test]
    public async Task A_chunked_body_that_keeps_the_rate_and_never_ends_is_408_and_lets_the_service_go()
    {
        var settings = new Dictionary<string, string> { ["Gateway:Connections:BodyGrace"] = "00:00:01.5", ["Gateway:Connections:BodyBytesPerSecond"] = "1000000000", ["Gateway:Connections:MinBodyBytesPerSecond"] = "1" };
        await using var gateway = await StartAsync(settings);
        await using var sender = await ChunkSender.StartAsync(gateway, "/detect?drips");
        var answer = sender.AnswerAsync();
        await sender.SendUntilRefusedAsync("a few bytes", answer);
        Assert.That(await answer, Does.StartWith("HTTP/1.1 408").And.Contain("body-too-slow").And.Contain("Connection: close"));
        await _inference.Aborted.GetOrAdd("?drips", _ => new()).Task.WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task A_body_that_stops_is_408_and_lets_the_service_go()
    {
        await using var gateway = await StartAsync(new Dictionary<string, string> { ["Gateway:Connections:BodyGrace"] = "00:00:01.5" });
        await using var sender = await ChunkSender.StartAsync(gateway, "/detect?stops");
        await sender.SendAsync("a few bytes");
        Assert.That(await sender.AnswerAsync(), Does.StartWith("HTTP/1.1 408"));
        await _inference.Aborted.GetOrAdd("?stops", _ => new()).Task.WaitAsync(Eventually.Deadline);
    }

    [Test]
    public async Task Headers_that_do_not_come_to_their_end_are_408()
    {
        await using var gateway = await StartAsync(new Dictionary<string, string> { ["Gateway:Connections:HeadersTimeout"] = "00:00:01" });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync("GET /v1/models HTTP/1.1\r\nX-Slow: "u8.ToArray());
        using var reader = new StreamReader(client.GetStream());
        Assert.That(await reader.ReadLineAsync().WaitAsync(Eventually.Deadline), Does.StartWith("HTTP/1.1 408"));
    }

    [TestCase("MaxConnections")]
    [TestCase("MaxConnectionsPerAddress")]
    public async Task More_connections_than_are_allowed_are_closed_at_once(string setting)
    {
        await using var gateway = await StartAsync(new Dictionary<string, string> { [$"Gateway:Connections:{setting}"] = "3" });
        var held = new List<TcpClient>();
        try
        {
            // Of ten that say nothing, seven hear at once that they are not wanted; some before they knew that they were connected.
            var closed = new List<Task>();
            for (var i = 0; i < 10; i++)
            {
                var client = new TcpClient();
                held.Add(client);
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, gateway.Client.BaseAddress!.Port);
                    closed.Add(IsClosedAsync(client));
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
                {
                    closed.Add(Task.CompletedTask);
                }
            }
            await Eventually.IsTrueAsync(() => Task.FromResult(closed.Count(c => c.IsCompleted) >= 7), "the others are closed", () => gateway.Log);
            Assert.That(closed.Count(c => c.IsCompleted), Is.EqualTo(7));
        }
        finally
        {
            held.ForEach(client => client.Dispose());
        }
    }

    [Test]
    public async Task A_connection_that_ends_makes_room_for_another_and_a_known_proxy_has_as_many_as_it_needs()
    {
        var settings = new Dictionary<string, string> { ["Gateway:Connections:MaxConnectionsPerAddress"] = "1" };
        await using (var gateway = await StartAsync(settings))
        {
            for (var i = 0; i < 5; i++)
                await Eventually.IsTrueAsync(() => AnswersOnNewConnectionAsync(gateway), "there is room again", () => gateway.Log);
        }
        settings["Gateway:ForwardedHeaders:KnownProxies:0"] = "127.0.0.0/8";
        await using var behind = await StartAsync(settings);
        var held = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, behind.Client.BaseAddress!.Port);
            return client;
        }));
        Assert.That(await AnswersOnNewConnectionAsync(behind), Is.True);
        foreach (var client in held)
            client.Dispose();
    }

    private static async Task<bool> AnswersOnNewConnectionAsync(GatewayApplication gateway)
    {
        using var client = new HttpClient { BaseAddress = gateway.Client.BaseAddress };
        try
        {
            return await client.GetAsync("/health/live").StatusAsync() == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // closed at once
        }
    }

    private static async Task IsClosedAsync(TcpClient client)
    {
        try
        {
            await client.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
        }
    }

    private Task<GatewayApplication> StartAsync(Dictionary<string, string> settings) => StartNewAsync(_auth, [_inference.Address], settings);

    /// <summary>A POST whose body comes in chunks, when the test says so.</summary>
    private sealed class ChunkSender(TcpClient client) : IAsyncDisposable
    {
        public static async Task<ChunkSender> StartAsync(GatewayApplication gateway, string path)
        {
            var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(IPAddress.Loopback, gateway.Client.BaseAddress!.Port);
            var sender = new ChunkSender(client);
            await sender.WriteAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n");
            return sender;
        }

        public Task SendAsync(string text) => WriteAsync($"{text.Length:x}\r\n{text}\r\n");

        public Task EndAsync() => WriteAsync("0\r\n\r\n");

        /// <summary>A chunk every now and then, well above the lowest rate.</summary>
        public async Task SendUntilRefusedAsync(string text, Task answered)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            using var deadline = new CancellationTokenSource(Eventually.Deadline);
            while (!answered.IsCompleted && await timer.WaitForNextTickAsync(deadline.Token))
            {
                try
                {
                    await SendAsync(text);
                }
                catch (IOException)
                {
                    return; // closed: the answer says why
                }
            }
        }

        /// <summary>Until its head and what came with it are here.</summary>
        public async Task<string> AnswerAsync()
        {
            var received = new StringBuilder();
            var buffer = new byte[8192];
            using var deadline = new CancellationTokenSource(Eventually.Deadline);
            try
            {
                for (int read; (read = await client.GetStream().ReadAsync(buffer, deadline.Token)) > 0;)
                {
                    received.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    if (received.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
                        break;
                }
            }
            catch (IOException)
            {
            }
            return received.ToString();
        }

        private Task WriteAsync(string text) => client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

        public ValueTask DisposeAsync()
        {
            client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
