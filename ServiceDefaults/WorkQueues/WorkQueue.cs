namespace ServiceDefaults.WorkQueues;

/// <summary>
/// A queue of work that takes its time. The table is its truth, a message on RabbitMQ only says that somebody should look. It promises:
/// <list type="bullet">
/// <item>One holder at a time: each claim, and each giving back, raises the row's epoch, and a holder writes for its own epoch only.</item>
/// <item>Work whose worker was killed is another's once <see cref="Lease"/> has run out; a worker that can't renew its lease stops by then.</item>
/// <item>A wake-up that was never sent costs a <see cref="WatchPeriod"/>; an order that the broker lost, <see cref="OrderLifetime"/> more.</item>
/// <item>Attempts are counted and have an end: a worker that was lost and a failure that nobody foresaw each count as one, and
/// work that had <see cref="MaxAttempts"/> of them is <see cref="IsWornOut"/>.</item>
/// <item>A service that stops gives back what it holds, and what waits for something that is away waits: neither is an attempt.</item>
/// </list>
/// The service says what the work is, whose turn comes next (<see cref="IWorker{TWork}"/>, <see cref="WorkSql"/>) and which words tell of its end.
/// </summary>
public sealed class WorkQueue<TWork> where TWork : IWork
{
    /// <summary>The queue on RabbitMQ, which all replicas share; it starts with the service's name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Has the columns <c>id, status, attempts, lease_owner, lease_epoch, lease_until, not_before, notified_at, started_at, finished_at</c>.
    /// </summary>
    public required string Table { get; init; }

    /// <summary>One piece of the work, for the log: <c>run</c>.</summary>
    public required string Noun { get; init; }

    /// <summary>The status of work that was given back: the one it waits with.</summary>
    public required string GivenBack { get; init; }

    /// <summary>Workers of one replica.</summary>
    public required int Concurrency { get; init; }

    /// <summary>How long a worker that stopped without a word keeps its work from the others. Several <see cref="Heartbeat"/>s.</summary>
    public required TimeSpan Lease { get; init; }

    public required int MaxAttempts { get; init; }

    /// <summary>How long work is left alone when something that it needs is away; after a failed attempt, times the attempts.</summary>
    public required TimeSpan AwayPause { get; init; }

    /// <summary>Between two renewals of a lease; also how soon cancelled work stops.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often each replica looks for work that nobody was sent for.</summary>
    public TimeSpan WatchPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Until an order that nobody took goes, and another is sent.</summary>
    public TimeSpan OrderLifetime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a busy worker keeps its order, so that the next goes to a replica that idles. RabbitMQ takes back what is kept for 30 minutes.</summary>
    public TimeSpan OrderKept { get; init; } = TimeSpan.FromMinutes(10);

    internal Uri Address => new($"queue:{Name}");

    /// <summary>It had all its attempts: whoever takes it fails it.</summary>
    public bool IsWornOut(TWork work) => work.Attempts >= MaxAttempts;
}
