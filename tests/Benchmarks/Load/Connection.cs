using System.Net;
using System.Net.Sockets;

namespace Benchmarks.Load;

/// <summary>One keep-alive connection on blocking calls: two system calls a request, and no thread but its own.</summary>
public sealed class Connection(IPEndPoint server) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly byte[] stamp = new byte[Payload.StampLength];
    private readonly ArraySegment<byte>[] pieces = new ArraySegment<byte>[3];
    private Socket? socket;
    private ResponseReader? reader;

    /// <exception cref="SocketException">The connection broke.</exception>
    public void Send(Payload payload)
    {
        if (socket is null)
            Open();
        Payloads.Stamp(stamp);
        (pieces[0], pieces[1], pieces[2]) = (payload.Before, stamp, payload.After);
        socket!.Send(pieces);
    }

    /// <returns>The status of the answer.</returns>
    /// <exception cref="IOException">The connection broke, was silent for too long, or what came is not HTTP/1.1.</exception>
    public int Receive()
    {
        var status = reader!.Read();
        if (reader.Closes)
            Close();
        return status;
    }

    /// <summary>Whether an answer begins to come within this time.</summary>
    public bool HasAnswerWithin(TimeSpan time) => socket!.Poll(time, SelectMode.SelectRead);

    public void Close()
    {
        socket?.Dispose();
        socket = null;
    }

    public void Dispose() => Close();

    private void Open()
    {
        socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, SendTimeout = (int)Patience.TotalMilliseconds, ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        socket.Connect(server);
        reader = new ResponseReader(new NetworkStream(socket));
    }
}
