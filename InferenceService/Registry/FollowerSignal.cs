using System.Threading.Channels;

namespace InferenceService.Registry;

/// <summary>Wakes the registry's follower: something was promoted, or somebody asks for a version that is not loaded.</summary>
public sealed class FollowerSignal
{
    private readonly Channel<bool> wakeUps = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void WakeUp() => wakeUps.Writer.TryWrite(true);

    /// <summary>Returns at the next wake-up, or when the time is over.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            await wakeUps.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Time to look again.
        }
    }
}
