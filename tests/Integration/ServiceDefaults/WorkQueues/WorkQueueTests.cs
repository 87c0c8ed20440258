using System.Collections.Concurrent;
using NUnit.Framework;
using ServiceDefaults.WorkQueues;

namespace Integration.ServiceDefaults.WorkQueues;

/// <summary>The promises of <see cref="WorkQueue{TWork}"/>, on a table of its own.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class WorkQueueTests : IAsyncDisposable
{
    private readonly ConcurrentQueue<Errand> begun = [];
    private readonly TaskCompletionSource calledOff = new();
    private ErrandTable table = null!;

    [SetUp]
    public async Task CreateAsync() => table = await ErrandTable.CreateNewAsync();

    public ValueTask DisposeAsync() => table.DisposeAsync();

    [Test]
    public async Task Each_errand_is_held_once_however_many_workers_there_are()
    {
        await table.StartReplicaAsync(Quick, table.Queue(concurrency: 3));
        await table.StartReplicaAsync(Quick, table.Queue(concurrency: 3));
        for (var i = 0; i < 40; i++)
            await table.AddAsync();

        await table.SeeAsync("status = 'succeeded' AND lease_epoch = 1 AND attempts = 0", 40);
        Assert.That(begun, Has.Count.EqualTo(40));
    }

    [Test]
    public async Task An_errand_whose_worker_was_lost_is_taken_when_its_lease_has_run_out_and_not_before()
    {
        await table.ExecuteAsync("ALTER TABLE errands ADD held_until timestamptz");
        await table.AddAsync("status = 'running', lease_epoch = 3, lease_until = now() + interval '1 s', held_until = now() + interval '1 s'");
        await table.StartReplicaAsync(Quick);

        await table.SeeAsync("status = 'succeeded' AND lease_epoch = 4 AND attempts = 1 AND started_at >= held_until");
    }

    [Test]
    public async Task An_errand_for_which_nobody_was_sent_is_found()
    {
        await table.StartReplicaAsync(Quick);
        await table.AddAsync();
        await table.SeeAsync("status = 'succeeded'");
    }

    [Test]
    public async Task An_errand_whose_order_was_lost_with_the_broker_is_sent_for_again()
    {
        await table.StartReplicaAsync(Quick, table.Queue(orderLifetime: 1));
        await table.AddAsync("notified_at = now()");
        await table.SeeAsync("status = 'succeeded'");
    }

    [Test]
    public async Task A_service_that_stops_gives_back_what_it_holds_with_no_attempt_held_against_it()
    {
        var stopping = await table.StartReplicaAsync(EndlessAsync);
        await table.AddAsync("attempts = 1");
        await table.SeeAsync("status = 'running'");

        await table.StopAsync(stopping);

        Assert.That(await table.CountAsync("status = 'queued' AND lease_until IS NULL AND lease_epoch = 2 AND attempts = 1"), Is.EqualTo(1), stopping.Log);
        await table.StartReplicaAsync(Quick);
        await table.SeeAsync("status = 'succeeded' AND attempts = 1");
    }

    [Test]
    public async Task A_worker_whose_errand_was_taken_away_is_called_off_and_changes_nothing()
    {
        await table.StartReplicaAsync(EndlessAsync);
        await table.AddAsync();
        await table.SeeAsync("status = 'running'");

        await table.ExecuteAsync("UPDATE errands SET lease_epoch = 7, lease_until = 'infinity'");

        await calledOff.Task.WaitAsync(Eventually.Deadline);
        await Eventually.IsTrueAsync(() => Task.FromResult(table.Log.Contains("goes on elsewhere")), "its turn is over", () => table.Log);
        Assert.That(await table.CountAsync("status = 'running' AND lease_epoch = 7 AND lease_until = 'infinity' AND attempts = 0"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_holder_before_can_neither_renew_nor_give_back_nor_finish()
    {
        var leases = (await table.StartReplicaAsync(Quick)).Leases;
        var before = new Errand(await table.AddAsync("status = 'running', lease_epoch = 2, lease_until = 'infinity'"), Epoch: 1, Attempts: 0);

        Assert.That(() => leases.RenewAsync(before, CancellationToken.None), Throws.InstanceOf<LeaseLostException>());
        Assert.That(() => leases.ReleaseAsync(before, TimeSpan.Zero, CancellationToken.None), Throws.InstanceOf<LeaseLostException>());
        Assert.That(() => leases.ReleaseFailedAsync(before, TimeSpan.Zero, CancellationToken.None), Throws.InstanceOf<LeaseLostException>());
        Assert.That(() => leases.UpdateAsync(before, "status = 'succeeded'", CancellationToken.None), Throws.InstanceOf<LeaseLostException>());
        Assert.That(await table.CountAsync("status = 'running' AND lease_epoch = 2 AND lease_until = 'infinity'"), Is.EqualTo(1));
    }

    [Test]
    public async Task What_nobody_foresaw_is_tried_again_and_has_an_end()
    {
        await table.StartReplicaAsync((errand, _) =>
        {
            begun.Enqueue(errand);
            throw new InvalidOperationException("Nobody foresaw it.");
        });
        await table.AddAsync();

        await table.SeeAsync("status = 'failed' AND attempts = 3");
        Assert.That(begun.Select(errand => errand.Attempts), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public async Task Giving_back_in_good_order_neither_counts_nor_forgets_an_attempt()
    {
        var leases = (await table.StartReplicaAsync(Quick, table.Queue())).Leases;
        var held = new Errand(await table.AddAsync("status = 'running', lease_epoch = 1, lease_until = 'infinity', attempts = 2"), Epoch: 1, Attempts: 2);

        await leases.ReleaseAsync(held, TimeSpan.FromHours(1), CancellationToken.None);

        Assert.That(await table.CountAsync("status = 'queued' AND attempts = 2 AND not_before > now() + interval '50 min'"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_order_that_came_to_a_replica_without_a_free_worker_goes_to_another()
    {
        // Nobody is sent for twice: the one order that there is has to get there.
        var queue = table.Queue(orderLifetime: 3600, orderKept: 0);
        await table.StartReplicaAsync(EndlessAsync, queue);
        await table.AddAsync();
        await table.SeeAsync("status = 'running'");
        await table.AddAsync();
        await table.SeeAsync("notified_at IS NOT NULL");

        await table.StartReplicaAsync(Quick, queue);

        await table.SeeAsync("status = 'succeeded'");
    }

    [Test]
    public async Task A_worker_goes_on_with_what_waits_without_an_order()
    {
        var queue = table.Queue(orderLifetime: 3600);
        await table.AddAsync("id = '00000000-0000-0000-0000-000000000001'"); // the oldest: the one for which somebody is sent
        for (var i = 0; i < 20; i++)
            await table.AddAsync("notified_at = now()");
        await table.StartReplicaAsync(Quick, queue);

        await table.SeeAsync("status = 'succeeded'", 21);
    }

    private Task Quick(Errand errand, CancellationToken cancellation)
    {
        begun.Enqueue(errand);
        return Task.CompletedTask;
    }

    private async Task EndlessAsync(Errand errand, CancellationToken cancellation)
    {
        begun.Enqueue(errand);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        finally
        {
            calledOff.TrySetResult();
        }
    }
}
