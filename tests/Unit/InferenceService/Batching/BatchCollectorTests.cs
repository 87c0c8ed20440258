using InferenceService.Batching;
using NUnit.Framework;

namespace Unit.InferenceService.Batching;

[TestFixture]
public sealed class BatchCollectorTests
{
    private const long Second = 1000; // ticks of the time that the tests tell

    [Test]
    public void A_batch_is_what_waits_in_the_order_of_arrival_up_to_the_limit()
    {
        var collector = Collector(maxBatchSize: 3);
        var items = Items.Several(5);
        collector.TryAdd(items, 0);

        Assert.That(Take(collector), Is.EqualTo(items[..3]));
        Assert.That(Take(collector), Is.EqualTo(items[3..]));
        Assert.That(Take(collector), Is.Empty);
    }

    [Test]
    public void Principals_take_turns_so_that_a_long_list_does_not_hold_up_a_single_item()
    {
        var collector = Collector(maxBatchSize: 4);
        var many = Items.Several(100, "batch job");
        var one = Items.Of("ann");
        var other = Items.Of("ben");
        collector.TryAdd(many, 0);
        collector.TryAdd([one], 1);
        collector.TryAdd([other], 2);

        Assert.That(Take(collector), Is.EqualTo((WorkItem[])[many[0], one, other, many[1]]));
        Assert.That(Take(collector), Is.EqualTo(many[2..6]));
    }

    [Test]
    public void Who_was_served_last_is_served_last_again()
    {
        var collector = Collector(maxBatchSize: 1);
        var ann = Items.Several(2, "ann");
        var ben = Items.Several(2, "ben");
        collector.TryAdd(ann, 0);
        collector.TryAdd(ben, 0);

        Assert.That((WorkItem[])[.. Take(collector), .. Take(collector), .. Take(collector), .. Take(collector)], Is.EqualTo((WorkItem[])[ann[0], ben[0], ann[1], ben[1]]));
    }

    [Test]
    public void Only_items_of_one_shape_share_a_batch_and_the_others_come_next()
    {
        var collector = Collector(maxBatchSize: 8);
        var (wide, tall) = (Items.ShapeOf(4, 2), Items.ShapeOf(2, 4));
        var ann = Items.Of("ann", shape: wide);
        var ben = Items.Of("ben", shape: tall);
        var cat = Items.Of("cat", shape: Items.ShapeOf(4, 2));
        var later = Items.Of("ann", shape: tall);
        foreach (var item in (WorkItem[])[ann, ben, cat, later])
            collector.TryAdd([item], 0);

        Assert.That(Take(collector), Is.EqualTo((WorkItem[])[ann, cat]));
        Assert.That(Take(collector), Is.EqualTo((WorkItem[])[ben, later]));
    }

    [Test]
    public void Arrivals_without_room_for_all_of_them_are_refused_as_a_whole()
    {
        var collector = Collector(capacity: 4);

        Assert.That(collector.TryAdd(Items.Several(3), 0), Is.True);
        Assert.That(collector.TryAdd(Items.Several(2), 0), Is.False);

        Assert.That(collector.Count, Is.EqualTo(3));
    }

    [Test]
    public void Who_left_does_not_keep_others_out()
    {
        using var leaving = new CancellationTokenSource();
        var collector = Collector(capacity: 2);
        collector.TryAdd([Items.Of(cancellation: leaving.Token), Items.Of(cancellation: leaving.Token)], 0);
        leaving.Cancel();

        Assert.That(collector.TryAdd(Items.Several(2), 0), Is.True);
        Assert.That(collector.Dropped, Has.Count.EqualTo(2));
    }

    [Test]
    public void An_item_that_nobody_waits_for_never_reaches_a_batch()
    {
        using var leaving = new CancellationTokenSource();
        var collector = Collector();
        var (abandoned, wanted) = (Items.Of(cancellation: leaving.Token), Items.Of());
        collector.TryAdd([abandoned, wanted], 0);

        leaving.Cancel();

        Assert.That(Take(collector), Is.EqualTo((WorkItem[])[wanted]));
        Assert.That(collector.Dropped, Is.EqualTo((WorkItem[])[abandoned]));
    }

    [Test]
    public void Tasks_yield_to_interactive_requests()
    {
        var collector = Collector(maxBatchSize: 4);
        var background = Items.Of(priority: Priority.Background);
        var interactive = Items.Of(priority: Priority.Interactive);
        collector.TryAdd([background], 0);
        collector.TryAdd([interactive], 1);

        Assert.That(Take(collector, now: 1), Is.EqualTo((WorkItem[])[interactive]), "and a background item does not make its batch longer");
        Assert.That(Take(collector, now: 1), Is.EqualTo((WorkItem[])[background]));
    }

    [Test]
    public void Tasks_do_not_starve()
    {
        var collector = Collector(maxBatchSize: 1, maxBackgroundWait: TimeSpan.FromSeconds(2));
        var background = Items.Of(priority: Priority.Background);
        var interactive = Items.Several(3);
        collector.TryAdd([background], 0);
        collector.TryAdd(interactive, 0);

        Assert.That(Take(collector, now: 1 * Second), Is.EqualTo(interactive[..1]));
        Assert.That(Take(collector, now: 2 * Second), Is.EqualTo((WorkItem[])[background]));
        Assert.That(Take(collector, now: 2 * Second), Is.EqualTo(interactive[1..2]));
    }

    [Test]
    public void Without_a_delay_nobody_waits_for_company()
    {
        var collector = Collector(maxBatchSize: 8);
        collector.TryAdd(Items.Several(1), 0);

        Assert.That(collector.Next(0, closing: false, []).HasBatch, Is.True);
    }

    [Test]
    public void With_a_delay_the_oldest_item_waits_no_longer_than_that()
    {
        var collector = Collector(maxBatchSize: 8, maxQueueDelay: TimeSpan.FromSeconds(2));
        collector.TryAdd(Items.Several(1), 0);
        collector.TryAdd(Items.Several(1), 1 * Second);

        Assert.That(collector.Next(1 * Second, closing: false, []), Is.EqualTo(BatchDecision.WaitFor(TimeSpan.FromSeconds(1))));
        Assert.That(Take(collector, now: 2 * Second), Has.Length.EqualTo(2));
    }

    [Test]
    public void With_a_delay_a_full_batch_runs_at_once_and_so_does_everything_at_the_end()
    {
        var collector = Collector(maxBatchSize: 2, maxQueueDelay: TimeSpan.FromSeconds(2));
        collector.TryAdd(Items.Several(3), 0);

        Assert.That(Take(collector), Has.Length.EqualTo(2));
        Assert.That(Take(collector), Is.Empty);
        Assert.That(Take(collector, closing: true), Has.Length.EqualTo(1));
    }

    private static BatchCollector Collector(int maxBatchSize = 4, int capacity = 256, TimeSpan maxQueueDelay = default, TimeSpan? maxBackgroundWait = null) =>
        new(new BatchLimits(maxBatchSize, capacity, maxQueueDelay, maxBackgroundWait), Second);

    private static WorkItem[] Take(BatchCollector collector, long now = 0, bool closing = false)
    {
        var batch = new List<WorkItem>();
        var decision = collector.Next(now, closing, batch);
        Assert.That(decision.HasBatch, Is.EqualTo(batch.Count > 0));
        return [.. batch];
    }
}
