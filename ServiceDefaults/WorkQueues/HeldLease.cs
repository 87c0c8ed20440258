namespace ServiceDefaults.WorkQueues;

/// <summary>A lease that is renewed until it is disposed.</summary>
public sealed class HeldLease : IAsyncDisposable
{
    private readonly CancellationTokenSource lease, held;

    internal HeldLease(TimeSpan duration, TimeProvider time, CancellationToken stopping)
    {
        lease = new CancellationTokenSource(duration, time);
        held = CancellationTokenSource.CreateLinkedTokenSource(lease.Token, stopping);
        Token = held.Token;
    }

    /// <summary>Cancelled when the lease is lost, could not be renewed in time, or the service stops.</summary>
    public CancellationToken Token { get; }

    internal Task Heart { get; set; } = Task.CompletedTask;

    internal bool RanOut => lease.IsCancellationRequested;

    internal void Extend(TimeSpan left) => lease.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);

    internal Task LoseAsync() => lease.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await held.CancelAsync();
        await Heart;
        held.Dispose();
        lease.Dispose();
    }
}
