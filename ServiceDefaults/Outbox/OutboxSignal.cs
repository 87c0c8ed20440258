using System.Threading.Channels;

namespace ServiceDefaults.Outbox;

/// <summary>Tells the pump in this process that there is something to publish. Rows of other replicas it finds by polling.</summary>
public sealed class OutboxSignal
{
    private readonly Channel<bool> channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Call after the commit. Many calls before the pump looks count as one.</summary>
    public void Notify() => channel.Writer.TryWrite(true);

    /// <summary>Returns when notified, or after <paramref name="atMost"/>.</summary>
    internal async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await channel.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Nobody called: time to poll.
        }
    }
}
