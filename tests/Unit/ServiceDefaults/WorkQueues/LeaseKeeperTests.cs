using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using ServiceDefaults.WorkQueues;

namespace Unit.ServiceDefaults.WorkQueues;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class LeaseKeeperTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private static readonly WorkQueue<Errand> Queue = new()
    {
        Name = "any", Table = "any", Noun = "errand", GivenBack = "queued", Concurrency = 1, MaxAttempts = 3, AwayPause = TimeSpan.Zero,
        Lease = TimeSpan.FromSeconds(2.5), Heartbeat = TimeSpan.FromSeconds(1),
    };

    private readonly ManualTime time = new();
    private readonly Channel<bool> beats = Channel.CreateUnbounded<bool>();

    [Test]
    public async Task A_lease_that_is_renewed_outlives_its_duration()
    {
        await using var lease = Keep(_ => Task.CompletedTask);
        for (var i = 0; i < 10; i++)
            await BeatAsync();
        Assert.That(lease.Token.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task A_lease_that_cannot_be_renewed_is_held_until_it_runs_out_and_no_longer()
    {
        await using var lease = Keep(_ => throw new InvalidOperationException("Whatever it is."));
        await BeatAsync();
        await BeatAsync();
        Assert.That(lease.Token.IsCancellationRequested, Is.False);

        time.Advance(Queue.Heartbeat);
        Assert.That(lease.Token.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task A_lease_whose_renewal_hangs_runs_out_all_the_same()
    {
        await using var lease = Keep(cancellation => Task.Delay(Timeout.Infinite, cancellation));
        await BeatAsync();

        time.Advance(Queue.Lease);
        Assert.That(lease.Token.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task A_renewal_that_took_its_time_extends_the_lease_from_when_it_was_asked_for()
    {
        var answer = new TaskCompletionSource();
        var answers = new Queue<Task>([answer.Task, Task.Delay(Timeout.Infinite)]);
        await using var lease = Keep(cancellation => answers.Dequeue().WaitAsync(cancellation));
        await BeatAsync(); // asked at 1 s
        time.Advance(Queue.Heartbeat);
        answer.SetResult(); // answered at 2 s: it lasts until 3.5 s
        await SeeBeatAsync();

        time.Advance(TimeSpan.FromSeconds(1.4));
        Assert.That(lease.Token.IsCancellationRequested, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.That(lease.Token.IsCancellationRequested, Is.True);
    }

    [Test]
    public async Task Work_that_was_taken_away_is_called_off_with_the_next_beat()
    {
        await using var lease = Keep(_ => throw new LeaseLostException(Guid.Empty));
        await BeatAsync();
        Assert.That(() => Task.Delay(Deadline, lease.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Nothing_is_renewed_once_the_turn_is_over()
    {
        await Keep(_ => Task.CompletedTask).DisposeAsync();
        time.Advance(Queue.Heartbeat);
        Assert.That(beats.Reader.Count, Is.Zero);
    }

    private HeldLease Keep(Func<CancellationToken, Task> renew) => new LeaseKeeper<Errand>(Queue, time, NullLogger<LeaseKeeper<Errand>>.Instance).Keep(
        new Errand(Guid.Empty, 1, 0),
        cancellation =>
        {
            beats.Writer.TryWrite(true);
            return renew(cancellation);
        },
        CancellationToken.None);

    private Task BeatAsync()
    {
        time.Advance(Queue.Heartbeat);
        return SeeBeatAsync();
    }

    private Task SeeBeatAsync() => beats.Reader.ReadAsync().AsTask().WaitAsync(Deadline);

    internal sealed record Errand(Guid Id, long Epoch, int Attempts) : IWork;
}
