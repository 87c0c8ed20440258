using System.Threading.Channels;

namespace ServiceDefaults;

/// <summary>Wakes one loop that otherwise looks from time to time. Many calls before it looks count as one.</summary>
public class WakeUp
{
    private readonly Channel<bool> calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Notify() => calls.Writer.TryWrite(true);

    /// <summary>Returns at the next call, or when the time is over.</summary>
    /// <exception cref="OperationCanceledException">The service stops.</exception>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        await ((Task)calls.Reader.ReadAsync(either.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.ThrowIfCancellationRequested();
    }
}
