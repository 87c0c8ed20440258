using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Integration.AuthService.Export;

/// <summary>
/// A service that sends the beginning of a chunked answer and closes the connection in good order. A server that aborts would also
/// take back what was sent before, if it has not been read yet.
/// </summary>
internal sealed class CutAnswer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Task serving;

    public CutAnswer(string contentType, byte[] beginning)
    {
        listener.Start();
        serving = ServeAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\n\r\n{beginning.Length:x}\r\n"), beginning);
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
    }

    private async Task ServeAsync(byte[] head, byte[] beginning)
    {
        try
        {
            using var client = await listener.AcceptSocketAsync();
            var request = new byte[8192];
            for (var read = 0; !request.AsSpan(0, read).EndsWith("\r\n\r\n"u8);)
                read += await client.ReceiveAsync(request.AsMemory(read));
            await client.SendAsync(head);
            await client.SendAsync(beginning);
            client.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync(request) > 0) // until the other side closes too
            {
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }
}
