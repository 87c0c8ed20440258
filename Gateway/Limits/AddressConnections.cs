using System.Net;
using Gateway.Transport;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Limits;

/// <summary>Counts open connections per client address, so that nobody alone takes all that there are.</summary>
public sealed partial class AddressConnections(int maxPerAddress, ForwardingOptions proxies, TimeProvider time, ILogger<AddressConnections> logger)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ClientAddress, int> open = []; // never more than there are connections
    private readonly Lock counting = new();
    private DateTimeOffset toldAt;

    public ConnectionDelegate Limit(ConnectionDelegate next) => connection =>
        connection.RemoteEndPoint is IPEndPoint { Address: var remote } && !proxies.Knows(remote) ? CountedAsync(connection, ClientAddress.Of(remote), next) : next(connection);

    private async Task CountedAsync(ConnectionContext connection, ClientAddress address, ConnectionDelegate next)
    {
        if (!TryEnter(address))
        {
            connection.Abort(new ConnectionAbortedException("Too many connections from one address (Gateway:Connections:MaxConnectionsPerAddress)."));
            return;
        }
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    }

    public bool TryEnter(ClientAddress address)
    {
        lock (counting)
        {
            var held = open.GetValueOrDefault(address);
            if (held >= maxPerAddress)
            {
                Tell_NeedsLock();
                return false;
            }
            open[address] = held + 1;
            return true;
        }
    }

    public void Leave(ClientAddress address)
    {
        lock (counting)
        {
            if (--open[address] == 0)
                open.Remove(address);
        }
    }

    private void Tell_NeedsLock()
    {
        if (time.GetUtcNow() - toldAt < TellEvery)
            return;
        toldAt = time.GetUtcNow();
        LogClosed(logger, maxPerAddress);
    }

    [LoggerMessage(LogLevel.Warning, "An address has {Max} connections open; more of them are closed (Gateway:Connections:MaxConnectionsPerAddress)")]
    private static partial void LogClosed(ILogger logger, int max);
}
