using InferenceService.Batching;
using NUnit.Framework;

namespace Unit.InferenceService.Batching;

[TestFixture, CancelAfter(10_000)]
public sealed class IntakeGateTests
{
    [Test]
    public async Task So_many_enter_as_there_are_places_and_the_next_when_one_leaves(CancellationToken cancellation)
    {
        var gate = new IntakeGate(places: 2, capacity: 10, TimeProvider.System);
        var first = await gate.EnterAsync("ann", Priority.Interactive, cancellation);
        await gate.EnterAsync("ann", Priority.Interactive, cancellation);
        var third = gate.EnterAsync("ann", Priority.Interactive, cancellation).AsTask();
        Assert.That((third.IsCompleted, gate.Waiting), Is.EqualTo((false, 1)));

        first!.Dispose();
        first.Dispose(); // once is enough

        Assert.That(await third.WaitAsync(cancellation), Is.Not.Null);
        Assert.That(gate.EnterAsync("ann", Priority.Interactive, cancellation).IsCompleted, Is.False);
    }

    [Test]
    public async Task Principals_take_turns(CancellationToken cancellation)
    {
        var gate = new IntakeGate(places: 1, capacity: 10, TimeProvider.System);
        var place = await gate.EnterAsync("crowd", Priority.Interactive, cancellation);
        var crowd = Enumerable.Range(0, 5).Select(_ => gate.EnterAsync("crowd", Priority.Interactive, cancellation).AsTask()).ToArray();
        var ann = gate.EnterAsync("ann", Priority.Interactive, cancellation).AsTask();

        place!.Dispose();
        (await crowd[0].WaitAsync(cancellation))!.Dispose();
        await ann.WaitAsync(cancellation);

        Assert.That(crowd[1].IsCompleted, Is.False);
    }

    [Test]
    public async Task Tasks_wait_for_those_who_hold_a_connection(CancellationToken cancellation)
    {
        var gate = new IntakeGate(places: 1, capacity: 10, TimeProvider.System);
        var place = await gate.EnterAsync("ann", Priority.Interactive, cancellation);
        var background = gate.EnterAsync("ben", Priority.Background, cancellation).AsTask();
        var interactive = gate.EnterAsync("cat", Priority.Interactive, cancellation).AsTask();

        place!.Dispose();
        (await interactive.WaitAsync(cancellation))!.Dispose();

        await background.WaitAsync(cancellation);
    }

    [Test]
    public async Task Who_comes_when_too_many_wait_is_refused_and_who_left_counts_no_more(CancellationToken cancellation)
    {
        using var leaving = new CancellationTokenSource();
        var gate = new IntakeGate(places: 1, capacity: 1, TimeProvider.System);
        var place = await gate.EnterAsync("ann", Priority.Interactive, cancellation);
        var leaver = gate.EnterAsync("ann", Priority.Interactive, leaving.Token).AsTask();
        Assert.That(await gate.EnterAsync("ben", Priority.Interactive, cancellation), Is.Null);

        leaving.Cancel();
        Assert.That(async () => await leaver, Throws.InstanceOf<OperationCanceledException>());
        var ben = gate.EnterAsync("ben", Priority.Interactive, cancellation).AsTask();
        place!.Dispose();

        Assert.That(await ben.WaitAsync(cancellation), Is.Not.Null);
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public bool Never_more_are_in_than_there_are_places_and_no_place_is_lost(byte[] program)
    {
        var gate = new IntakeGate(places: 3, capacity: 5, TimeProvider.System);
        var entering = new List<(Task<IntakeGate.Place?> Task, CancellationTokenSource Leaving)>();
        foreach (var instruction in program ?? [])
        {
            if (instruction % 3 == 0 && entering.Count > 0)
                entering[instruction % entering.Count].Leaving.Cancel();
            else if (instruction % 3 == 1 && entering.Count > 0)
                LeaveIfIn(entering[instruction % entering.Count].Task);
            else
                Enter($"principal {instruction % 4}", (Priority)(instruction % 2));
            if (entering.Select(e => e.Task).Count(IsIn) > 3)
                return false;
        }
        foreach (var (task, leaving) in entering)
        {
            leaving.Cancel();
            if (Task.WhenAny(task).Wait(TimeSpan.FromSeconds(5)))
                LeaveIfIn(task);
        }
        // All places are free again.
        return Enumerable.Range(0, 3).All(_ => gate.EnterAsync("last", Priority.Interactive, default).AsTask().Wait(TimeSpan.FromSeconds(5)));

        void Enter(string principal, Priority priority)
        {
            var leaving = new CancellationTokenSource();
            entering.Add((gate.EnterAsync(principal, priority, leaving.Token).AsTask(), leaving));
        }
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<IntakeGate.Place, object> Gone = [];

    private static bool IsIn(Task<IntakeGate.Place?> task) => task.IsCompletedSuccessfully && task.Result is { } place && !Gone.TryGetValue(place, out _);

    private static void LeaveIfIn(Task<IntakeGate.Place?> task)
    {
        if (!IsIn(task))
            return;
        task.Result!.Dispose();
        Gone.AddOrUpdate(task.Result, task);
    }
}
