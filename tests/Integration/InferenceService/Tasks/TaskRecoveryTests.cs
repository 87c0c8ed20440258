using System.Text;
using InferenceService.Tasks;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ServiceDefaults.WorkQueues;
using static Integration.InferenceService.Tasks.TaskApplication;

namespace Integration.InferenceService.Tasks;

/// <summary>Workers that go, stall or fight; each test has a database of its own, so that every prediction in it is its task's.</summary>
[TestFixture]
public sealed class TaskRecoveryTests
{
    private const int Rows = 4000;

    [Test]
    public async Task A_task_whose_replica_stops_in_the_middle_is_finished_by_another_without_an_item_twice()
    {
        await using var tasks = await StartNewAsync(("MaxChunkItems", "20"));
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(Rows)));
        await Eventually.SeeAsync("some rows are done", () => tasks.GetAsync(id), task => Done(task) > 0, log: () => tasks.Log);

        var first = tasks.Replicas[0];
        await tasks.AddReplicaAsync();
        await tasks.RemoveReplicaAsync(first);

        await tasks.WaitAsync(id, deadline: TimeSpan.FromMinutes(1));
        await Assert_that_every_item_is_there_once(tasks, id, Rows);
    }

    [Test]
    public async Task Workers_that_take_a_task_from_each_other_write_no_item_twice()
    {
        await using var tasks = await StartNewAsync(("MaxChunkItems", "20"), ("MaxAttempts", "100"));
        await tasks.AddReplicaAsync();
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(Rows)));

        // As if its worker had stalled for longer than the lease: the next takes it, and the one before still works.
        var taken = 0;
        await Eventually.SeeAsync("it is done", async () =>
        {
            await tasks.ExecuteAsync($"UPDATE tasks SET lease_epoch = lease_epoch + 1, lease_until = now() - interval '1 s' WHERE id = '{id}' AND lease_until > now()");
            taken++;
            return await tasks.GetAsync(id);
        }, task => task.Text("status") == "succeeded", TimeSpan.FromMinutes(1), () => tasks.Log);

        Assert.That(taken, Is.GreaterThan(3), "it was never taken away");
        Assert.That(await tasks.CountAsync($"tasks WHERE id = '{id}' AND lease_epoch > 6"), Is.EqualTo(1), "nobody took it");
        await Assert_that_every_item_is_there_once(tasks, id, Rows);
    }

    [Test]
    public async Task A_worker_that_lost_its_task_writes_nothing_and_no_chunk_is_written_twice()
    {
        await using var tasks = await StartNewAsync();
        var id = Guid.CreateVersion7();
        await tasks.ExecuteAsync($"""
            INSERT INTO tasks (id, owner, model, top, status, kind, sha256, bytes, total, lease_epoch, lease_until, created_at)
            VALUES ('{id}', 'caller-1', 'any', 5, 'running', 'ndjson', '', 1, 4, 3, 'infinity', now())
            """);
        var results = tasks.Replicas[0].Services.GetRequiredService<TaskResults>();
        Task Commit(long epoch, int done) => results.CommitAsync(
            new TaskLease(id, "caller-1", "any", null, 5, InputKind.Ndjson, "", 1, Total: 4, Done: 0, Attempts: 0, epoch), done, new ChunkResults(["{}", "{}"], 0, null), CancellationToken.None);

        await Commit(epoch: 3, done: 0);

        Assert.That(() => Commit(epoch: 3, done: 0), Throws.InstanceOf<LeaseLostException>(), "the same chunk again");
        Assert.That(() => Commit(epoch: 2, done: 2), Throws.InstanceOf<LeaseLostException>(), "the holder before");
        Assert.That(await tasks.CountAsync($"task_results WHERE task_id = '{id}'"), Is.EqualTo(2));
        Assert.That(Done(await tasks.GetAsync($"{id}")), Is.EqualTo(2));
    }

    [Test]
    public async Task A_task_given_back_is_out_of_reach_of_a_heartbeat_and_counts_its_attempts_in_the_table()
    {
        await using var tasks = await StartNewAsync();
        var (back, failed) = (Held(attempts: 3), Held(attempts: 3));
        foreach (var task in (TaskLease[])[back, failed])
            await InsertAsync(tasks, task, attempts: 1, leaseUntil: "infinity"); // there was progress since it was taken
        var leases = tasks.Replicas[0].Services.GetRequiredService<WorkLeases<TaskLease>>();

        await leases.ReleaseAsync(back, TimeSpan.FromHours(1), CancellationToken.None);
        await leases.ReleaseFailedAsync(failed, TimeSpan.FromHours(1), CancellationToken.None);

        foreach (var task in (TaskLease[])[back, failed])
            Assert.That(() => leases.RenewAsync(task, CancellationToken.None), Throws.InstanceOf<LeaseLostException>());
        Assert.That(await tasks.CountAsync("tasks WHERE lease_until IS NULL"), Is.EqualTo(2));
        Assert.That(await tasks.CountAsync($"tasks WHERE id = '{back.Id}' AND attempts = 1"), Is.EqualTo(1));
        Assert.That(await tasks.CountAsync($"tasks WHERE id = '{failed.Id}' AND attempts = 2 AND not_before > now() + interval '110 min'"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_task_with_every_result_succeeds_though_its_input_is_gone()
    {
        await using var tasks = await StartNewAsync();
        var task = Held(attempts: 0) with { Done = 4 };

        await InsertAsync(tasks, task, attempts: 0, leaseUntil: "-infinity");

        await tasks.WaitAsync($"{task.Id}");
    }

    private static TaskLease Held(int attempts) => new(Guid.CreateVersion7(), "caller-1", "any", null, 5, InputKind.Ndjson, new string('0', 64), 1, Total: 4, Done: 0, attempts, Epoch: 3);

    private static Task InsertAsync(TaskApplication tasks, TaskLease task, int attempts, string leaseUntil) => tasks.ExecuteAsync($"""
        INSERT INTO tasks (id, owner, model, top, status, kind, sha256, bytes, total, done, attempts, lease_epoch, lease_until, created_at)
        VALUES ('{task.Id}', '{task.Owner}', '{task.Model}', 5, 'running', 'ndjson', '{task.Sha256}', 1, {task.Total}, {task.Done}, {attempts}, {task.Epoch}, '{leaseUntil}', now())
        """);

    [Test]
    public async Task A_task_that_loses_every_worker_fails_with_the_item_named_and_keeps_its_results()
    {
        await using var tasks = await StartNewAsync(("MaxChunkItems", "20"));
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(200_000)));
        await Eventually.SeeAsync("some rows are done", () => tasks.GetAsync(id), task => Done(task) > 0, log: () => tasks.Log);

        await tasks.ExecuteAsync($"UPDATE tasks SET attempts = 5, lease_epoch = lease_epoch + 1, lease_until = now() - interval '1 s' WHERE id = '{id}'");

        var task = await tasks.WaitAsync(id, "failed");
        Assert.That(task["error"]!.Text("code"), Is.EqualTo("attempts-exhausted"));
        Assert.That(task["error"]!.Text("detail"), Does.Contain($"item {Done(task)}"));
        Assert.That(Indices(await tasks.ResultsAsync(id)), Is.EqualTo(Enumerable.Range(0, Done(task))));
    }

    [Test]
    public async Task One_callers_many_tasks_do_not_keep_another_waiting()
    {
        await using var tasks = await StartNewAsync(("MaxChunkItems", "20"), ("Concurrency", "1"), ("Turn", "00:00:00.2"));
        var many = new List<string>();
        for (var i = 0; i < 3; i++)
            many.Add(await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(50_000))));
        using var other = await tasks.Replicas[0].CallerAsync("caller-2");

        var id = await tasks.CreateAsync(tasks.PostAsync(tasks.Rows, Encoding.UTF8.GetBytes(Ndjson(5)), "application/x-ndjson", caller: other));

        await Eventually.SeeAsync("the other's is done", () => other.GetAsync($"/v1/tasks/{id}").ReadAsync(), task => task.Text("status") == "succeeded", log: () => tasks.Log);
        foreach (var task in many)
            Assert.That((await tasks.GetAsync(task)).Text("status"), Is.Not.EqualTo("succeeded"));
    }

    [Test]
    public async Task A_finished_task_goes_with_its_results_when_its_time_is_up()
    {
        await using var tasks = await StartNewAsync(("Retention", "00:00:00"), ("SweepEvery", "00:00:00.2"));
        var id = await tasks.CreateAsync(tasks.PostRowsAsync(Ndjson(30)));

        await Eventually.SeeAsync("nothing of it is left", () => tasks.CountAsync($"tasks LEFT JOIN task_results ON task_id = id WHERE id = '{id}'"), count => count == 0, log: () => tasks.Log);
        Assert.That(await tasks.CountAsync("predictions"), Is.EqualTo(30), "predictions are not the task's");
    }

    private static async Task Assert_that_every_item_is_there_once(TaskApplication tasks, string id, int count)
    {
        var results = await tasks.ResultsAsync(id);
        Assert.That(Indices(results), Is.EqualTo(Enumerable.Range(0, count)));
        Assert.That(results.Select(line => line.Text("id")), Is.Unique);
        Assert.That(await tasks.CountAsync("predictions"), Is.EqualTo(count), "a prediction on record for each, and none besides");
    }
}
