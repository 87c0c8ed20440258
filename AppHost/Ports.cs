using System.Net;
using System.Net.Sockets;

namespace InferenceSuite.AppHost;

/// <summary>
/// Free loopback ports in 20000-31999. Not the system's own choice: that comes from the ephemeral range, where a probe of a
/// port nobody listens on can be given the very same port as its source and connect to itself.
/// </summary>
internal static class Ports
{
    private const int First = 20000, Count = 12000;
    private static readonly HashSet<int> Taken = [];

    public static int PickFree()
    {
        lock (Taken)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var port = First + Random.Shared.Next(Count);
                if (IsFree(port) && Taken.Add(port))
                    return port;
            }
        }
        throw new InvalidOperationException($"No free port was found between {First} and {First + Count - 1}.");
    }

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
