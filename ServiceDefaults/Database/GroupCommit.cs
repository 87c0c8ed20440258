using System.Threading.Channels;

namespace ServiceDefaults.Database;

/// <summary>
/// Many small writes as few large ones: whoever arrives while a write is on its way to the disk shares the next one, so the
/// cost of a round trip and a sync is divided by the load. One bad entry fails alone.
/// </summary>
public sealed class GroupCommit<TEntry> : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<TEntry>, Task> write;
    private readonly int maxGroup;
    private readonly TimeSpan pause;
    private readonly Func<Exception, bool> failsAll;
    private readonly Channel<Waiting> channel;
    private readonly Task loop;

    /// <param name="write">Makes a group durable, all or nothing; it may be called again with a part of a group that failed.</param>
    /// <param name="capacity">Entries that may wait; whoever comes then waits for room.</param>
    /// <param name="maxGroup">Entries of one write.</param>
    /// <param name="failsAll">Tells a failure that trying one by one would only repeat; absent: the database is away.</param>
    /// <param name="pause">Between two writes, for those that nobody waits for: more company. Zero where somebody waits.</param>
    public GroupCommit(Func<IReadOnlyList<TEntry>, Task> write, int capacity, int maxGroup, TimeSpan pause = default, Func<Exception, bool>? failsAll = null)
    {
        this.failsAll = failsAll ?? (e => e.IsDatabaseAway());
        (this.write, this.maxGroup, this.pause) = (write, maxGroup, pause);
        channel = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(capacity) { SingleReader = true });
        loop = Task.Run(RunAsync);
    }

    /// <summary>Returns when the entry is durable. Who leaves earlier may find it written all the same.</summary>
    /// <exception cref="Exception">What the write threw; nothing of the entry is kept.</exception>
    public async Task WriteAsync(TEntry entry, CancellationToken cancellation)
    {
        var waiting = new Waiting(entry);
        await channel.Writer.WriteAsync(waiting, cancellation);
        await waiting.Written.Task.WaitAsync(cancellation);
    }

    /// <summary>As <see cref="WriteAsync(TEntry, CancellationToken)"/>, but who got a place stays until it is through: for an entry that its caller takes away when it leaves.</summary>
    public async Task WriteToEndAsync(TEntry entry, CancellationToken cancellation)
    {
        var waiting = new Waiting(entry);
        await channel.Writer.WriteAsync(waiting, cancellation);
        await waiting.Written.Task;
    }

    /// <summary>Writes what waits, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        channel.Writer.TryComplete();
        await loop;
    }

    private async Task RunAsync()
    {
        var group = new List<Waiting>();
        while (await channel.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < maxGroup && channel.Reader.TryRead(out var next))
                group.Add(next);
            await WriteAsync(group);
            if (pause > TimeSpan.Zero && group.Count < maxGroup)
                await Task.Delay(pause);
        }
    }

    private async Task WriteAsync(List<Waiting> group)
    {
        try
        {
            await write(group.ConvertAll(waiting => waiting.Entry));
            foreach (var waiting in group)
                waiting.Written.TrySetResult();
        }
        catch (Exception e) when (group.Count > 1 && !failsAll(e))
        {
            // One of them can't be written; each alone, so that it fails alone.
            foreach (var waiting in group)
                await WriteAsync([waiting]);
        }
        catch (Exception e)
        {
            foreach (var waiting in group)
            {
                waiting.Written.TrySetException(e);
                _ = waiting.Written.Task.Exception; // seen, should the one who waits have left
            }
        }
    }

    private sealed record Waiting(TEntry Entry)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
