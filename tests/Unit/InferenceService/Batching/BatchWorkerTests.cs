using InferenceService.Batching;
using NUnit.Framework;

namespace Unit.InferenceService.Batching;

[TestFixture, CancelAfter(20_000)]
public sealed class BatchWorkerTests
{
    [Test]
    public async Task A_failing_item_fails_alone(CancellationToken cancellation)
    {
        var items = Items.Several(8);
        var (queue, worker) = Start(maxBatchSize: 8, items, batch =>
        {
            foreach (var item in batch)
                if (Items.NumberOf(item) == 5)
                    throw new InvalidOperationException("five");
            Answer(batch);
        });

        queue.Close();
        await worker.Stopped.WaitAsync(cancellation);

        Assert.That(() => items[5].Completion, Throws.TypeOf<ModelExecutionException>().With.InnerException.Message.EqualTo("five"));
        Assert.That(items.Where(item => item != items[5]).Select(item => item.Completion.Status), Is.All.EqualTo(TaskStatus.RanToCompletion));
    }

    [Test]
    public async Task An_item_that_the_run_forgot_hears_of_it(CancellationToken cancellation)
    {
        var items = Items.Several(2);
        var (queue, worker) = Start(maxBatchSize: 2, items, batch => batch[0].Succeed(Items.Result(0, 1)));

        queue.Close();
        await worker.Stopped.WaitAsync(cancellation);

        Assert.That(items[0].Completion.IsCompletedSuccessfully, Is.True);
        Assert.That(() => items[1].Completion, Throws.TypeOf<ModelExecutionException>());
    }

    [Test]
    public async Task An_item_whose_caller_leaves_while_its_batch_fails_is_not_run_again(CancellationToken cancellation)
    {
        using var leaving = new CancellationTokenSource();
        var leaver = Items.Of(number: 1, cancellation: leaving.Token);
        var ran = new List<int[]>();
        var (queue, worker) = Start(maxBatchSize: 2, [Items.Of(number: 0), leaver], batch =>
        {
            ran.Add([.. batch.ToArray().Select(Items.NumberOf)]);
            if (batch.Length == 2)
            {
                leaving.Cancel();
                throw new InvalidOperationException();
            }
            Answer(batch);
        });

        queue.Close();
        await worker.Stopped.WaitAsync(cancellation);

        Assert.That(ran, Is.EqualTo((int[][])[[0, 1], [0]]));
    }

    [Test]
    public async Task Whoever_waits_for_a_batch_wakes_up_when_one_arrives_and_ends_when_the_queue_closes(CancellationToken cancellation)
    {
        var (queue, worker) = Start(maxBatchSize: 4, [], Answer);
        var item = Items.Of(number: 7);
        queue.TryEnqueue([item]);
        Assert.That(BitConverter.ToInt32((await item.Completion.WaitAsync(cancellation)).Output(0)), Is.EqualTo(7));

        queue.Close();
        await worker.Stopped.WaitAsync(cancellation);
        Assert.That(() => queue.TryEnqueue(Items.Several(1)), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Workers_that_share_a_queue_run_at_the_same_time(CancellationToken cancellation)
    {
        using var both = new Barrier(2);
        var queue = new BatchQueue(new BatchLimits(1, 10), TimeProvider.System);
        var workers = Enumerable.Range(0, 2).Select(_ => new BatchWorker(queue, batch =>
        {
            both.SignalAndWait(cancellation); // one alone would wait for ever
            Answer(batch);
        }, "model")).ToArray();
        var items = Items.Several(2);
        queue.TryEnqueue(items);

        await Task.WhenAll(items.Select(item => item.Completion)).WaitAsync(cancellation);
        queue.Close();
        await Task.WhenAll(workers.Select(worker => worker.Stopped)).WaitAsync(cancellation);
    }

    [FsCheck.NUnit.Property(MaxTest = 150)]
    public bool Each_waiter_is_completed_once_whatever_fails_leaves_or_closes(int seed, byte size)
    {
        var random = new Random(seed);
        var queue = new BatchQueue(new BatchLimits(1 + random.Next(6), 64), TimeProvider.System);
        var poison = Enumerable.Range(0, size % 60).Where(_ => random.Next(4) == 0).ToHashSet();
        RunBatch run = batch =>
        {
            foreach (var item in batch)
                if (poison.Contains(Items.NumberOf(item)))
                    throw new InvalidOperationException();
            Answer(batch);
        };
        BatchWorker[] workers = [new(queue, run, "model"), new(queue, run, "model")];

        var leaving = new CancellationTokenSource[size % 60];
        var items = new WorkItem[leaving.Length];
        for (var i = 0; i < items.Length; i++)
        {
            leaving[i] = new CancellationTokenSource();
            items[i] = Items.Of($"principal {random.Next(3)}", (Priority)random.Next(2), number: i, cancellation: leaving[i].Token);
            queue.TryEnqueue([items[i]]);
            if (random.Next(3) == 0)
                leaving[random.Next(i + 1)].Cancel();
        }
        queue.Close();
        if (!Task.WaitAll([.. workers.Select(worker => worker.Stopped)], TimeSpan.FromSeconds(10)))
            return false;
        return items.Select((item, number) => item.Completion switch
        {
            { IsCanceled: true } => leaving[number].IsCancellationRequested,
            { IsFaulted: true } => poison.Contains(number),
            { IsCompletedSuccessfully: true } answered => BitConverter.ToInt32(answered.Result.Output(0)) == number,
            _ => false, // nobody told the waiter
        }).All(told => told);
    }

    private static (BatchQueue Queue, BatchWorker Worker) Start(int maxBatchSize, WorkItem[] items, RunBatch run)
    {
        var queue = new BatchQueue(new BatchLimits(maxBatchSize, 64), TimeProvider.System);
        queue.TryEnqueue(items);
        return (queue, new BatchWorker(queue, run, "model"));
    }

    private static void Answer(ReadOnlySpan<WorkItem> batch)
    {
        foreach (var item in batch)
            item.Succeed(Items.Result(Items.NumberOf(item), batch.Length));
    }
}
