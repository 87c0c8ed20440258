using System.Net;
using InferenceSuite.Contracts;
using Integration.TrainingService.Datasets;
using NUnit.Framework;
using TestSupport;

namespace Integration.TrainingService.Policies;

public class AutoTrainingTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);
    private DatasetCaller caller = null!;
    private string dataset = null!;

    [SetUp]
    public async Task CreateAsync()
    {
        caller = await PolicyServices.CallerAsync();
        dataset = await caller.CreateAsync();
    }

    [TearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task Enough_new_labels_and_a_quiet_time_queue_a_run()
    {
        await PutAsync(minNewLabels: 20);
        await caller.PostRowsAsync(dataset, 40);
        var waiting = await caller.SeePolicyAsync(dataset, "a run is due", policy => policy.DueAt() is not null && policy.NewLabels() == 40);
        Assert.That(await PolicyServices.RunsAsync(dataset), Is.Zero, "the quiet time is not over");

        PolicyServices.Time.Advance(waiting.DueAt()!.Value - PolicyServices.Time.GetUtcNow());
        await PolicyServices.SeeRunsAsync(dataset, 1);
        var after = await caller.GetAsync($"{dataset}/policy");
        Assert.That((after.NewLabels(), after.DueAt()), Is.EqualTo((0, (DateTimeOffset?)null)));
        Assert.That(await PolicyServices.Training.QueryAsync<string>($"SELECT caller || ' ' || kind || ' ' || (request ->> 'learner') || ' ' || (request ->> 'seed') FROM runs WHERE cause = 'policy' AND caller = '{caller.Subject}'"),
            Is.EqualTo($"{caller.Subject} training logistic-regression 7"));
    }

    [Test]
    public async Task Too_few_new_labels_wait_for_more()
    {
        await PutAsync(minNewLabels: 50);
        await caller.PostRowsAsync(dataset, 40);
        await caller.SeePolicyAsync(dataset, "the policy looks", policy => policy.DueAt() is not null && policy.NewLabels() == 40);
        PolicyServices.Time.Advance(Quiet);
        await caller.SeePolicyAsync(dataset, "it looked and found too few", policy => policy.DueAt() is null);
        Assert.That(await PolicyServices.RunsAsync(dataset), Is.Zero);

        await caller.PostRowsAsync(dataset, 10);
        await caller.SeePolicyAsync(dataset, "there are enough", policy => policy.DueAt() is not null && policy.NewLabels() == 50);
        PolicyServices.Time.Advance(Quiet);
        await PolicyServices.SeeRunsAsync(dataset, 1);
    }

    [Test]
    public async Task A_row_that_is_labelled_again_and_again_counts_once()
    {
        await PutAsync(minNewLabels: 50);
        await caller.PostRowsAsync(dataset, 40);
        var row = (await caller.LabelsAsync(dataset))[0]!;
        var other = (await caller.LabelsAsync(dataset)).Select(each => each!["label"]!.ToJsonString()).First(label => label != row["label"]!.ToJsonString());
        for (var i = 0; i < 4; i++)
            await caller.PutLabelAsync(dataset, row.Text("id"), i % 2 == 0 ? other : row["label"]!.ToJsonString()).ReadAsync();
        Assert.That((await caller.GetAsync($"{dataset}/policy")).NewLabels(), Is.EqualTo(40));
    }

    [Test]
    public async Task Every_post_begins_the_quiet_time_anew()
    {
        await PutAsync(minNewLabels: 20);
        await caller.PostRowsAsync(dataset, 20);
        var first = await caller.SeePolicyAsync(dataset, "a run is due", policy => policy.DueAt() is not null && policy.NewLabels() == 20);
        PolicyServices.Time.Advance(TimeSpan.FromSeconds(10));
        await caller.PostRowsAsync(dataset, 20);
        await caller.SeePolicyAsync(dataset, "it is due later", policy => policy.DueAt() >= first.DueAt() + TimeSpan.FromSeconds(9));
    }

    [Test]
    public async Task An_event_that_comes_again_or_late_moves_nothing()
    {
        await PutAsync(minNewLabels: 20);
        await caller.PostRowsAsync(dataset, 20);
        await caller.PostRowsAsync(dataset, 20);
        await Eventually.IsTrueAsync(
            async () => await PolicyServices.Training.QueryAsync<int>($"SELECT seen_revision FROM dataset_policies WHERE caller = '{caller.Subject}'") == 2, "both posts are noticed", () => PolicyServices.Training.Log);
        var due = (await caller.GetAsync($"{dataset}/policy")).DueAt();
        var fence = await caller.CreateAsync();
        await caller.PutPolicyAsync(fence, Policy(1000)).ReadAsync();
        var before = (await caller.GetAsync($"{fence}/policy")).DueAt();

        PolicyServices.Time.Advance(TimeSpan.FromSeconds(5));
        foreach (var revision in new[] { 1, 2, 2 })
            await SendAsync(dataset, revision);
        await SendAsync(fence, 1);
        await caller.SeePolicyAsync(fence, "what was sent behind them has come", policy => policy.DueAt() > before);
        Assert.That((await caller.GetAsync($"{dataset}/policy")).DueAt(), Is.EqualTo(due));
    }

    [Test]
    public async Task A_run_by_policy_that_is_unfinished_is_waited_for()
    {
        await PutAsync(minNewLabels: 20);
        await caller.PostRowsAsync(dataset, 40);
        var snapshot = (await caller.SnapshotAsync(dataset)).Text("id");
        await PolicyServices.Training.TamperAsync($"""
            INSERT INTO runs (id, kind, dataset, snapshot, caller, cause, model, request, status, lease_owner, lease_until, created_at)
            SELECT '{Guid.CreateVersion7()}', 'training', dataset, id, '{caller.Subject}', 'policy', 'm', '{"{}"}', 'running', 'a test', now() + interval '1 hour', now() FROM dataset_snapshots WHERE id = '{snapshot}'
            """);
        await caller.PostRowsAsync(dataset, 40);
        await caller.SeePolicyAsync(dataset, "enough labels are new", policy => policy.NewLabels() == 40 && policy.DueAt() is not null);
        var other = await caller.CreateAsync();
        await caller.PostRowsAsync(other, 40);
        await caller.PutPolicyAsync(other, Policy(20)).ReadAsync(); // of a later time, and so behind the other's turn
        PolicyServices.Time.Advance(Quiet);
        await PolicyServices.SeeRunsAsync(other, 1);
        Assert.That(await PolicyServices.RunsAsync(dataset), Is.EqualTo(1), "the one that runs");

        await PolicyServices.Training.TamperAsync($"UPDATE runs SET status = 'failed', finished_at = now(), lease_until = NULL WHERE caller = '{caller.Subject}' AND lease_owner = 'a test'");
        await PolicyServices.SeeRunsAsync(dataset, 2);
    }

    [Test]
    public async Task Labels_that_are_there_when_the_policy_is_made_count()
    {
        await caller.PostRowsAsync(dataset, 40);
        await PutAsync(minNewLabels: 40);
        PolicyServices.Time.Advance(Quiet);
        await PolicyServices.SeeRunsAsync(dataset, 1);
        await PolicyServices.Training.TamperAsync($"UPDATE runs SET status = 'cancelled', finished_at = now(), lease_until = NULL, lease_epoch = lease_epoch + 1 WHERE caller = '{caller.Subject}'");
        await PutAsync(minNewLabels: 40);
        PolicyServices.Time.Advance(Quiet);
        await caller.SeePolicyAsync(dataset, "it looked again", policy => policy.DueAt() is null);
        Assert.That(await PolicyServices.RunsAsync(dataset), Is.EqualTo(1), "they were learned from");
    }

    [Test]
    public async Task A_run_that_a_request_would_be_refused_is_refused_to_a_policy_too_until_more_labels_come()
    {
        await PutAsync(minNewLabels: 4);
        await caller.PostCsvAsync(dataset, "x,label\n1,yes\n2,yes\n3,yes\n4,yes\n").ReadAsync();
        await caller.SeePolicyAsync(dataset, "a run is due", policy => policy.DueAt() is not null && policy.NewLabels() == 4);
        PolicyServices.Time.Advance(Quiet);

        var policy = await caller.SeePolicyAsync(dataset, "it was refused", policy => policy["refused"] is not null);

        Assert.That(policy["refused"]!.Text("field"), Is.EqualTo("label"));
        Assert.That(policy["refused"]!.Text("message"), Does.Contain("nothing to tell apart"));
        Assert.That((policy.NewLabels(), policy.DueAt()), Is.EqualTo((4, (DateTimeOffset?)null)), "they are not learned from, and nothing is due");
        Assert.That(await PolicyServices.RunsAsync(dataset), Is.Zero);

        await caller.PostCsvAsync(dataset, "x,label\n" + string.Concat(Enumerable.Range(10, 80).Select(i => $"{i},{(i % 2 == 0 ? "yes" : "no")}\n"))).ReadAsync();
        await caller.SeePolicyAsync(dataset, "it is due again", seen => seen.DueAt() is not null && seen.NewLabels() == 84);
        PolicyServices.Time.Advance(Quiet);
        await PolicyServices.SeeRunsAsync(dataset, 1);
        Assert.That((await caller.GetAsync($"{dataset}/policy"))["refused"], Is.Null);
    }

    [Test]
    public async Task What_is_due_when_every_replica_stops_is_queued_once_when_some_start()
    {
        using var packages = new PackageFolder();
        var (database, time) = (TrainingApplication.NewDatabase(), new ShiftedTime());
        var subject = Guid.CreateVersion7().ToString();
        string own;
        await using (var before = await TrainingApplication.StartReadyAsync(packages, PolicyServices.Storage, database, time: time))
        {
            using var owner = new DatasetCaller(await before.ClientInRoleAsync(subject, "user", "train"), subject);
            own = await owner.CreateAsync();
            await owner.PostRowsAsync(own, 40);
            await owner.PutPolicyAsync(own, Policy(20)).ReadAsync();
        }
        time.Advance(Quiet);
        await using var first = await TrainingApplication.StartReadyAsync(packages, PolicyServices.Storage, database, time: time);
        await using var second = await TrainingApplication.StartReadyAsync(packages, PolicyServices.Storage, database, time: time);
        await Eventually.IsTrueAsync(async () => await CountAsync(first) == 1, "the run is queued", () => first.Log + second.Log);

        using var again = new DatasetCaller(await second.ClientInRoleAsync(subject, "user", "train"), subject);
        Assert.That((await again.GetAsync($"{own}/policy")).NewLabels(), Is.Zero);
        Assert.That(await CountAsync(second), Is.EqualTo(1));

        static Task<long> CountAsync(TrainingApplication training) => training.QueryAsync<long>("SELECT count(*) FROM runs WHERE cause = 'policy'");
    }

    private Task PutAsync(int minNewLabels) => caller.PutPolicyAsync(dataset, Policy(minNewLabels)).ReadAsync(HttpStatusCode.OK);

    private static string Policy(int minNewLabels) =>
        $$$"""{"autoTrain": {"minNewLabels": {{{minNewLabels}}}, "debounceSeconds": {{{Quiet.TotalSeconds}}}, "learner": "logistic-regression", "seed": 7, "promote": false}}""";

    private async Task SendAsync(string to, int revision) => await EventSender.SendAsync(
        await Servers.RabbitMqAsync(), new LabelsAdded(Guid.Parse(to.Split('/')[^1]), "set", caller.Subject, caller.Subject, revision, 20, 20, DateTimeOffset.UtcNow));
}
