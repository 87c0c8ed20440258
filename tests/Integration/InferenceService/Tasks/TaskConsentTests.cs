using System.Net;
using System.Net.Http.Headers;
using System.Text;
using InferenceService;
using InferenceService.Tasks;
using InferenceSuite.Contracts;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Integration.InferenceService.Tasks;

/// <summary>Tasks of users who may not predict any more.</summary>
[TestFixture]
public sealed class TaskConsentTests
{
    private readonly string owner = $"caller-{Guid.NewGuid():N}";
    private TaskApplication tasks = null!;

    [OneTimeSetUp]
    public async Task Start() => tasks = await TaskApplication.StartNewAsync();

    [OneTimeTearDown]
    public Task Stop() => tasks.DisposeAsync().AsTask();

    [TestCase(UserChanges.ConsentWithdrawn)]
    [TestCase(UserChanges.Disabled)]
    public async Task Their_tasks_stop_and_no_others(string reason)
    {
        var (user, somebodyElse) = ($"caller-{Guid.NewGuid():N}", $"caller-{Guid.NewGuid():N}");
        var running = await InsertAsync(user, "now() - interval '1 min'");
        var afterwards = await InsertAsync(user, "now() + interval '1 min'"); // they agreed again before this was heard
        var foreign = await InsertAsync(somebodyElse, "now() - interval '1 min'");

        await EventSender.SendAsync(await Servers.RabbitMqAsync(), new UserChanged(somebodyElse, UserChanges.SignedOut, DateTimeOffset.UtcNow));
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), new UserChanged(user, reason, DateTimeOffset.UtcNow));

        await Eventually.SeeAsync("it is cancelled", () => tasks.CountAsync($"tasks WHERE id = '{running}' AND status = 'cancelled' AND lease_epoch = 4"), count => count == 1, log: () => tasks.Log);
        Assert.That(await tasks.CountAsync($"tasks WHERE id IN ('{afterwards}', '{foreign}') AND status = 'running'"), Is.EqualTo(2));
    }

    [Test]
    public async Task An_erasure_cancels_whenever_a_task_was_sent()
    {
        var user = $"caller-{Guid.NewGuid():N}";
        await InsertAsync(user, "now() + interval '1 min'");
        await using var scope = tasks.Replicas[0].Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InferenceDb>();
        Assert.That(await db.CancelTasksOfAsync(user, sentBefore: DateTimeOffset.MaxValue, CancellationToken.None), Is.EqualTo(1));
    }

    [Test]
    public async Task Without_predict_tasks_are_read_and_cancelled_and_none_is_sent()
    {
        var token = (await Servers.AuthorityAsync()).Token(owner, "feedback");
        using var caller = new HttpClient { BaseAddress = tasks.Caller.BaseAddress, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        var id = await InsertAsync(owner, "now()");

        foreach (var path in new[] { $"/v1/tasks/{id}", $"/v1/tasks/{id}/results", $"/task/{id}" })
            Assert.That(await caller.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), path);
        Assert.That((await caller.GetAsync("/v1/tasks").ReadAsync())["items"]!.AsArray(), Has.Count.EqualTo(1));
        Assert.That((await caller.DeleteAsync($"/v1/tasks/{id}").ReadAsync()).Text("status"), Is.EqualTo("cancelled"));
        Assert.That(
            await tasks.PostAsync(tasks.Rows, Encoding.UTF8.GetBytes(TaskApplication.Ndjson(1)), "application/x-ndjson", caller: caller).StatusAsync(),
            Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task An_accepted_task_says_how_many_items_it_is_for_the_gateways_log()
    {
        using var accepted = await tasks.PostRowsAsync(TaskApplication.Ndjson(7));
        Assert.That(accepted.StatusCode, Is.EqualTo(HttpStatusCode.Accepted));
        Assert.That(accepted.Headers.GetValues("X-Item-Count"), Is.EqualTo(new[] { "7" }));
    }

    /// <summary>One that is being worked on, for good.</summary>
    private async Task<Guid> InsertAsync(string user, string createdAt)
    {
        var id = Guid.CreateVersion7();
        await tasks.ExecuteAsync($"""
            INSERT INTO tasks (id, owner, model, top, status, kind, sha256, bytes, total, lease_epoch, lease_until, created_at)
            VALUES ('{id}', '{user}', '{tasks.Rows}', 5, 'running', 'ndjson', '', 1, 4, 3, 'infinity', {createdAt})
            """);
        return id;
    }
}
