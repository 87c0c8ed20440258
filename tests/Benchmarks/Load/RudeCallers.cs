using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Benchmarks.Load;

/// <summary>Requests as nobody should send them. Each method answers what came back, counted: statuses, or how a connection ended.</summary>
public sealed class RudeCallers(LoadPlan plan)
{
    private const long HugeBytes = 200L << 20;
    private const int OpenedAtOnce = 256, Block = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120), SlowStep = TimeSpan.FromMilliseconds(500);
    private readonly Payload[] payloads = Payloads.Of(plan);

    /// <summary>Photos of 200 MB, all at the same time.</summary>
    /// <param name="declared">With a Content-Length, or in chunks of which nobody knows how many will come.</param>
    public Task<Dictionary<string, int>> SendHugeAsync(int callers, bool declared, CancellationToken cancellation) => CountAsync(callers, Patience, cancellation, async (socket, _, end) =>
    {
        byte[] start = declared ? [] : Encoding.ASCII.GetBytes($"{Block:x}\r\n"), rest = declared ? [] : "\r\n"u8.ToArray();
        byte[] block = [.. start, .. new byte[Block], .. rest];
        await socket.SendAsync(Encoding.ASCII.GetBytes(Head("image/jpeg", declared ? $"Content-Length: {HugeBytes}" : "Transfer-Encoding: chunked")), end);
        try
        {
            for (long sent = 0; sent < HugeBytes && socket.Available == 0; sent += Block)
                await socket.SendAsync(block, end);
        }
        catch (SocketException)
        {
            // The server stopped listening; its answer, if it gave one, is still to be read.
        }
        return await StatusAsync(socket, end);
    });

    /// <summary>Half of them never finish their headers, half never finish a small photo.</summary>
    public Task<Dictionary<string, int>> SendSlowlyAsync(int callers, TimeSpan time, CancellationToken cancellation) => CountAsync(callers, time, cancellation, async (socket, index, end) =>
    {
        if (index % 2 == 0)
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {plan.Target.PathAndQuery} HTTP/1.1\r\nHost: {plan.Target.Authority}\r\nX-Slow: "), end);
        else
            await socket.SendAsync(payloads[0].Before, end);
        while (socket.Available == 0)
        {
            await Task.Delay(SlowStep, end);
            await socket.SendAsync("1"u8.ToArray(), end);
        }
        return await StatusAsync(socket, end);
    });

    /// <summary>So many whole requests, none of which waits for another's answer.</summary>
    public Task<Dictionary<string, int>> SendAtOnceAsync(int callers, CancellationToken cancellation) => CountAsync(callers, Patience, cancellation, async (socket, index, end) =>
    {
        var payload = payloads[index % payloads.Length];
        var stamp = new byte[Payload.StampLength];
        Payloads.Stamp(stamp);
        await socket.SendAsync([payload.Before, stamp, payload.After]).WaitAsync(end);
        return await StatusAsync(socket, end);
    });

    private async Task<Dictionary<string, int>> CountAsync(int callers, TimeSpan time, CancellationToken cancellation, Func<Socket, int, CancellationToken, Task<string>> ask)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(time);
        using var doors = new SemaphoreSlim(OpenedAtOnce); // a listener's queue is short, and that is not what is tried here
        var answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(AskAsync));
        cancellation.ThrowIfCancellationRequested();
        return answers.CountBy(answer => answer).ToDictionary();

        async Task<string> AskAsync(int index)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await doors.WaitAsync(end.Token);
                try
                {
                    await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, plan.Target.Port), end.Token);
                }
                finally
                {
                    doors.Release();
                }
                return await ask(socket, index, end.Token);
            }
            catch (SocketException e)
            {
                return e.SocketErrorCode.ToString();
            }
            catch (OperationCanceledException)
            {
                return "no answer in time";
            }
        }
    }

    private static async Task<string> StatusAsync(Socket socket, CancellationToken end)
    {
        var start = new byte[4096];
        var read = await socket.ReceiveAsync(start, end);
        return read < 12 ? "closed" : Encoding.ASCII.GetString(start, 9, 3);
    }

    private string Head(string contentType, string length) =>
        $"POST {plan.Target.PathAndQuery} HTTP/1.1\r\nHost: {plan.Target.Authority}\r\nContent-Type: {contentType}\r\n{string.Concat(plan.Headers.Select(header => $"{header.Key}: {header.Value}\r\n"))}{length}\r\n\r\n";
}
