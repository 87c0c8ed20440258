using System.Buffers;
using InferenceService.Batching;
using NUnit.Framework;

namespace Unit.InferenceService.Batching;

[TestFixture]
public sealed class BatchQueueTests
{
    [Test]
    public void A_batch_is_what_waits_in_the_order_of_arrival_up_to_the_limit()
    {
        var queue = new BatchQueue(capacity: 10);
        var items = Items(5);
        queue.TryEnqueue(items);

        Assert.That(queue.TryTake(3, out var first), Is.True);
        Assert.That(queue.TryTake(3, out var second), Is.True);

        Assert.That(first, Is.EqualTo(items[..3]));
        Assert.That(second, Is.EqualTo(items[3..]));
    }

    [Test]
    public void Arrivals_without_room_for_all_of_them_are_refused_as_a_whole()
    {
        var queue = new BatchQueue(capacity: 4);

        Assert.That(queue.TryEnqueue(Items(3)), Is.True);
        Assert.That(queue.TryEnqueue(Items(2)), Is.False);

        Assert.That(queue.Count, Is.EqualTo(3));
    }

    [Test]
    public void An_item_that_nobody_waits_for_never_reaches_a_batch()
    {
        using var leaving = new CancellationTokenSource();
        var queue = new BatchQueue(capacity: 4);
        var abandoned = Item(leaving.Token);
        var wanted = Item();
        queue.TryEnqueue([abandoned, wanted]);

        leaving.Cancel();

        Assert.That(queue.TryTake(4, out var batch), Is.True);
        Assert.That(batch, Is.EqualTo((WorkItem[])[wanted]));
        Assert.That(abandoned.Completion.IsCanceled, Is.True);
    }

    [Test]
    public void A_closed_queue_gives_out_what_it_has_and_then_ends()
    {
        var queue = new BatchQueue(capacity: 4);
        queue.TryEnqueue(Items(1));
        queue.Close();

        Assert.That(queue.TryTake(4, out _), Is.True);
        Assert.That(queue.TryTake(4, out _), Is.False);
        Assert.That(() => queue.TryEnqueue(Items(1)), Throws.InvalidOperationException);
    }

    [Test, CancelAfter(10_000)]
    public void Whoever_waits_for_a_batch_wakes_up_when_one_arrives_or_the_queue_closes(CancellationToken cancellation)
    {
        var queue = new BatchQueue(capacity: 4);
        var taken = Task.Run(() => queue.TryTake(4, out var batch) ? batch.Count : 0, cancellation);
        queue.TryEnqueue(Items(1));
        Assert.That(taken.WaitAsync(cancellation).Result, Is.EqualTo(1));

        var ended = Task.Run(() => queue.TryTake(4, out _), cancellation);
        queue.Close();
        Assert.That(ended.WaitAsync(cancellation).Result, Is.False);
    }

    private static WorkItem[] Items(int count) => [.. Enumerable.Range(0, count).Select(_ => Item())];

    private static WorkItem Item(CancellationToken cancellation = default) => new(ArrayPool<float>.Shared.Rent(4), 4, "caller", Priority.Interactive, cancellation);
}
