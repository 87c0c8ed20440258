using Integration.TrainingService.Datasets;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using ServiceDefaults.Erasure;
using TrainingService;

namespace Integration.TrainingService.Runs;

/// <summary>A person's right to be forgotten, and to know, where it meets runs.</summary>
public sealed class RunErasureTests
{
    private Trainee trainee = null!;
    private DatasetCaller contributor = null!;

    /// <summary>A data set to which two people gave rows.</summary>
    [SetUp]
    public async Task PostAsync()
    {
        trainee = await Trainee.NewAsync(Trainee.Many);
        contributor = await DatasetCaller.NewAsync(RunServices.Training, "analyst");
        await contributor.PostCsvAsync(trainee.Dataset, Trainee.Rows(200, seed: 2)).ReadAsync();
    }

    [TearDown]
    public void Leave()
    {
        trainee.Dispose();
        contributor.Dispose();
    }

    [Test]
    public async Task A_run_on_rows_that_are_to_be_erased_lets_go_of_them()
    {
        var run = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(run);

        await EraseAsync("runs", contributor.Subject);

        Assert.That((await trainee.GetAsync(run)).Text("status"), Is.EqualTo("queued"), "it begins again");
        await Eventually.SeeAsync("its rows are gone", () => Task.FromResult(RunRecoveryTests.Trainers(run).Length), count => count == 0, log: () => trainee.Log);
        await trainee.Http.DeleteAsync($"/v1/runs/{run}").ReadAsync();
    }

    [Test]
    public async Task Rows_that_are_erased_while_they_are_trained_on_are_in_no_model()
    {
        var run = await trainee.StartAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 1000, "earlyStopping": 0, "maxDepth": 3}}""");
        await Eventually.SeeAsync("its rows were read", () => Task.FromResult(RunRecoveryTests.Trainers(run).Length), count => count == 1, log: () => trainee.Log);

        await EraseAsync("labels-and-datasets", contributor.Subject);

        var done = await trainee.WaitAsync(run);
        Assert.That(done["result"]!["rows"]!.AsObject().Sum(side => side.Value!.GetValue<int>()), Is.EqualTo(20_000));
        Assert.That(await trainee.CountAsync($"runs WHERE id = '{run}' AND lease_epoch > 1 AND attempts = 0"), Is.EqualTo(1), "it began again, and nobody is to blame");
    }

    [Test]
    public async Task Rows_that_are_erased_while_their_version_is_registered_are_in_no_model()
    {
        var run = await trainee.StartAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 1000, "earlyStopping": 0, "maxDepth": 3}}""");
        await trainee.WaitUntilTrainingAsync(run);

        await EraseAsync("labels-and-datasets", contributor.Subject, beforeCommit: () => Eventually.SeeAsync(
            "the run wants to register what it made", () => trainee.CountAsync("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"), count => count > 0, log: () => trainee.Log));

        var done = await trainee.WaitAsync(run);
        Assert.That(done["result"]!["rows"]!.AsObject().Sum(side => side.Value!.GetValue<int>()), Is.EqualTo(20_000));
        Assert.That(done.Text("version"), Is.EqualTo("1"), "what it made first is none");
    }

    [Test]
    public async Task Who_asked_for_a_run_on_anothers_data_is_forgotten_and_the_run_stays()
    {
        using var asked = await contributor.Http.PostAsync($"{trainee.Dataset}/runs", DatasetCaller.Json("""{"learner": "logistic-regression"}"""));
        var run = (await asked.ReadAsync(System.Net.HttpStatusCode.Accepted)).Text("id");
        await trainee.WaitAsync(run);

        var forgotten = await EraseAsync("runs", contributor.Subject);

        Assert.That(forgotten, Is.EqualTo(1));
        Assert.That(await EraseAsync("runs", contributor.Subject), Is.Zero, "again");
        Assert.That(await trainee.CountAsync($"runs WHERE caller = '{contributor.Subject}'"), Is.Zero);
        Assert.That((await trainee.GetAsync(run)).Text("status"), Is.EqualTo("succeeded"));
    }

    [Test]
    public async Task The_copy_that_a_person_gets_has_their_runs()
    {
        var run = (await trainee.TrainAsync()).Text("id");
        using var auth = await RunServices.Training.ClientWithScopeAsync("export");

        var copy = await auth.GetStringAsync($"/internal/export/{trainee.Caller.Subject}");
        var other = await auth.GetStringAsync($"/internal/export/{contributor.Subject}");

        Assert.That(copy, Does.Contain("runs.ndjson").And.Contain(run));
        Assert.That(other, Does.Not.Contain(run));
    }

    private static async Task<long> EraseAsync(string kind, string subject, Func<Task>? beforeCommit = null)
    {
        await using var scope = RunServices.Training.Services.CreateAsyncScope();
        await using var transaction = await scope.ServiceProvider.GetRequiredService<TrainingDb>().Database.BeginTransactionAsync();
        var erased = await scope.ServiceProvider.GetServices<IPersonalData>().Single(data => data.Name == kind).EraseAsync(subject, CancellationToken.None);
        if (beforeCommit is not null)
            await beforeCommit();
        await transaction.CommitAsync();
        return erased;
    }
}
