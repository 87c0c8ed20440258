namespace InferenceService.Batching;

/// <summary>
/// Lets so many items of one model be prepared and run at once as keep the model busy; the others wait as they came, which
/// for an image is a hundred times smaller than its tensor. Waiting is bounded, and fair between principals.
/// </summary>
/// <param name="places">Items between decoding and the end of their run.</param>
/// <param name="capacity">Items that may wait, for each priority.</param>
public sealed class IntakeGate(int places, int capacity, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly FairQueue<Turn> interactive = new(), background = new();
    private readonly List<Turn> next = new(1), left = [];
    private int free = places;
    private int freeForBackground = Math.Max(1, places / 2); // so that a person never finds all places taken by a task

    /// <summary>Items that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return interactive.Count + background.Count;
        }
    }

    /// <summary>Whoever comes now is refused, unless somebody who waits has left.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate)
                return free == 0 && interactive.Count >= capacity;
        }
    }

    /// <summary>Waits for a place. Null when too many wait already. Whoever gets a place disposes it.</summary>
    public async ValueTask<Place?> EnterAsync(string principal, Priority priority, CancellationToken cancellation)
    {
        var turn = new Turn(principal, time.GetTimestamp(), cancellation);
        lock (gate)
        {
            var queue = priority == Priority.Interactive ? interactive : background;
            if (queue.Count >= capacity)
                queue.Purge(left);
            left.Clear();
            if (queue.Count >= capacity && free == 0)
            {
                turn.Dispose();
                return null;
            }
            queue.Add(turn);
            GiveOut_NeedsLock();
        }
        await turn.Task;
        return new Place(this, priority, time.GetElapsedTime(turn.EnqueuedAt));
    }

    private void Leave(Priority priority)
    {
        lock (gate)
        {
            free++;
            if (priority == Priority.Background)
                freeForBackground++;
            GiveOut_NeedsLock();
        }
    }

    private void GiveOut_NeedsLock()
    {
        while (free > 0)
        {
            var toBackground = background.Count > 0 && freeForBackground > 0 && (interactive.Count == 0 || BackgroundIsDue());
            if (!toBackground && interactive.Count == 0)
                return;
            next.Clear();
            (toBackground ? background : interactive).Take(1, static (_, _) => true, next, left);
            left.Clear();
            if (next.Count == 0 || !next[0].TryGrant())
                continue; // whoever waited has left
            free--;
            if (toBackground)
                freeForBackground--;
        }
    }

    private bool BackgroundIsDue() =>
        background.Count > 0 && background.OldestArrival(left) is { } arrival && time.GetElapsedTime(arrival) >= BatchLimits.DefaultBackgroundWait;

    /// <summary>One of the places; given back by disposing it, once.</summary>
    public sealed class Place(IntakeGate gate, Priority priority, TimeSpan waited) : IDisposable
    {
        private int given;

        public TimeSpan Waited { get; } = waited;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref given, 1) == 0)
                gate.Leave(priority);
        }
    }

    private sealed class Turn : IWaiting, IDisposable
    {
        private readonly TaskCompletionSource granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenRegistration registration;

        public Turn(string principal, long now, CancellationToken cancellation)
        {
            (Principal, EnqueuedAt) = (principal, now);
            registration = cancellation.UnsafeRegister(static (state, token) => ((Turn)state!).granted.TrySetCanceled(token), this);
        }

        public string Principal { get; }

        public long EnqueuedAt { get; }

        public bool IsAbandoned => granted.Task.IsCompleted;

        public Task Task => granted.Task;

        /// <summary>False when whoever waited has just left.</summary>
        public bool TryGrant()
        {
            registration.Dispose();
            return granted.TrySetResult();
        }

        public void Dispose() => registration.Dispose();
    }
}
